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
        var names = tokens
        var span = 1
        var distinct = 0
        while span < length {
            var numbers = PairTable(capacity: names.count)
            names = (0..<names.count - span).map { at in
                let (place, isNew) = numbers.place(names[at], names[at + span])
                if isNew { numbers[place] = Int32(numbers.count) }
                return numbers[place]
            }
            distinct = numbers.count
            span *= 2
        }
        return Double(windows - distinct) / Double(windows)
    }
}
