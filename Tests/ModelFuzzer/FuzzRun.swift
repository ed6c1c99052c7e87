import Foundation

/// The parent: runs cases in children, one child after the other, and keeps what failed.
struct FuzzRun {
    let options: FuzzOptions

    /// What happened so far.
    private(set) var tally = FuzzTally()
    private let cases: FuzzCases
    private let began = ContinuousClock.now

    /// Cases that one child runs at most.
    private static let share = 500

    /// Reads the models to damage.
    init(_ options: FuzzOptions) throws {
        self.options = options
        let models = try ModelFiles.seeds(below: options.fixtures)
        cases = FuzzCases(models, only: options.only)
        guard !cases.isEmpty else { throw CocoaError(.fileNoSuchFile) }
    }

    private var isOver: Bool {
        guard let seconds = options.seconds else { return false }
        return elapsed >= seconds
    }

    private var elapsed: Double { began.duration(to: .now) / .seconds(1) }

    /// Runs until the cases or the time are used up.
    mutating func run() throws {
        var next = options.first
        let end = options.range.upperBound
        while next < end, !isOver {
            // Memory that an earlier case left to the allocator would hide what a swollen one takes.
            let share = next < cases.swollenCount ? 1 : Self.share
            next = try runShare(next..<min(next + share, end))
        }
        tally.seconds = elapsed
    }

    /// Runs some cases in one child; returns the first that is left to do.
    private mutating func runShare(_ range: Range<Int>) throws -> Int {
        let child = try FuzzChild(arguments(range))
        var current = range.lowerBound
        while true {
            switch child.next() {
            case .line(let line):
                let words = line.split(separator: " ", maxSplits: 6).map(String.init)
                guard let index = words.dropFirst().first.flatMap({ Int($0) }) else { continue }
                current = index
                guard words[0] == "done", words.count >= 6 else { continue }
                tally.add(
                    tokenizes: words[2] == "1", scores: words[3] == "1", memory: Int(words[4]) ?? 0,
                    size: Int(words[5]) ?? 0)
                if words.count == 7 { try keep(index, .wrong, words[6]) }
                if isOver {
                    child.stop()
                    return index + 1
                }
            case .silent:
                try keep(current, .hang, "no answer")
                return current + 1
            case .ended:
                guard let failure = child.failure else { return range.upperBound }
                try keep(current, kind(failure, current), "signal \(failure)\n" + child.lastWords)
                return current + 1
            }
        }
    }

    /// Whether case `index`, of which a child died of signal `failure`, needed too long or too much.
    private func kind(_ failure: Int32, _ index: Int) throws -> FuzzTally.Failure {
        if failure == SIGPROF { return .hang }
        // With all the memory that it wants it may do better.
        let child = try FuzzChild(arguments(index..<index + 1) + ["--no-memory-limit"])
        while true {
            switch child.next() {
            case .line: continue
            case .silent: return .hang
            case .ended:
                let failure = child.failure
                return failure == nil || failure == SIGPROF ? .memory : .crash
            }
        }
    }

    private mutating func keep(_ index: Int, _ kind: FuzzTally.Failure, _ what: String) throws {
        tally.failures[kind, default: 0] += 1
        let folder = "\(options.keep)/\(kind.rawValue)-\(options.seed)-\(index)"
        try FileManager.default.createDirectory(
            atPath: options.keep, withIntermediateDirectories: true)
        let model = cases.make(seed: options.seed, index: index)
        let path = try model.write(to: folder)
        try Data("\(model.name)\n\(path)\n\(what)\n".utf8)
            .write(to: URL(fileURLWithPath: folder + "/what"))
        print("\(kind.rawValue): case \(index) of seed \(options.seed): \(what.prefix(300))")
        print("  kept in \(folder); again: --seed \(options.seed) --first \(index) --cases 1")
    }

    private func arguments(_ range: Range<Int>) -> [String] {
        [
            "--fixtures", options.fixtures, "--seed", "\(options.seed)", "--first",
            "\(range.lowerBound)", "--cases", "\(range.count)", "--case-seconds",
            "\(options.caseSeconds)", "--provoke", options.provoke, "--only", options.only,
        ]
    }
}
