import TeacherInference

/// How much a chunk repeats itself: of its windows of eight tokens, the share that equal an
/// earlier one.
struct RepeatedWindows {
    /// Tokens a window.
    static let length = 8

    /// The share, 0 of a chunk too short for a window; linear in the tokens.
    static func share(of tokens: [TokenID]) -> Double {
        let windows = tokens.count - length + 1
        guard windows > 0 else { return 0 }
        // Equal numbers stand for equal pairs, so that three rounds name windows of eight.
        var names = tokens.map { Int($0) }
        var span = 1
        var distinct = 0
        while span < length {
            var numbers: [Pair: Int] = [:]
            names = (0..<names.count - span).map { at in
                let next = numbers.count
                let pair = Pair(first: names[at], second: names[at + span])
                if let known = numbers[pair] { return known }
                numbers[pair] = next
                return next
            }
            distinct = numbers.count
            span *= 2
        }
        return Double(windows - distinct) / Double(windows)
    }

    private struct Pair: Hashable {
        let first: Int
        let second: Int
    }
}
