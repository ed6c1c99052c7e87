import Foundation

/// A corpus of our own making: prose, code, noise, boilerplate and exact duplicates.
enum SampleCorpus {
    private static let subjects = [
        "The harbour", "A careful reader", "The old compiler", "Her brother", "The river",
        "Every clock in the house", "A small school", "The committee", "Nobody", "The last train",
    ]
    private static let verbs = [
        "remembers", "had lost", "keeps", "would rather count", "never mentioned", "explained",
        "carries", "mends", "stopped before", "asked about",
    ]
    private static let objects = [
        "the names of the boats", "what the letter said", "a long list of exceptions",
        "the winter that came early", "three keys and a map", "the price of bread",
        "a method that nobody had tested", "the second half of the story",
    ]
    private static let tails = [
        ", because it was late.", " and said nothing more.", "; it was not the first time.",
        ", as far as anyone could tell.", ". Then the lights went out.", ", which surprised us.",
    ]

    /// JSON lines of `{"id", "text", "domain"}`.
    static func lines(documents: Int, sentences: Int = 24) throws -> String {
        var random = Generator(state: 42)
        func pick(_ list: [String]) -> String { list[Int(random.next() % UInt64(list.count))] }
        var rows: [[String: String]] = []
        for index in 0..<documents {
            var text = ""
            let domain = ["prose", "code", "noise", "boilerplate"][index % 4]
            switch domain {
            case "prose":
                for sentence in 0..<sentences {
                    text += pick(subjects) + " " + pick(verbs) + " " + pick(objects) + pick(tails)
                    text += sentence % 6 == 5 ? "\n\n" : " "
                }
            case "code":
                for line in 0..<sentences {
                    text += "def step_\(random.next() % 1000)(state, count=\(line)):\n"
                    text += "    if state[\(random.next() % 9)] > count:\n        return count * "
                    text += "\(random.next() % 100)\n    return step(state)\n\n"
                }
            case "noise":
                for _ in 0..<sentences * 8 {
                    text += String(random.next() >> 20, radix: 36) + " "
                }
            default:
                let line = "Home | About | Page \(index) | Contact | Sign in\n"
                text = String(repeating: line, count: sentences)
            }
            rows.append(["id": "\(domain)/\(index)", "text": text, "domain": domain])
            if index % 10 == 9 {
                rows.append(["id": "dup/\(index)", "text": text, "domain": domain])
            }
        }
        return try rows.map {
            String(
                decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys),
                as: UTF8.self) + "\n"
        }.joined()
    }

    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 11
        }
    }
}
