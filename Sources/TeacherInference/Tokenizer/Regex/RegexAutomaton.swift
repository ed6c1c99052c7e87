/// A regex as a table: what to do at each scalar, whatever the pattern, without ever going back.
///
/// It finds what a backtracking matcher finds (the first choice that leads to a match, not the
/// longest), in one look-up a scalar. A state is a list of places in the program, the preferred
/// first. A match is noticed one scalar late, by when a look ahead is decided.
struct RegexAutomaton: Sendable {
    private let classes: ScalarClasses
    /// For each state and class, then for the end of the text: where the next state's moves begin,
    /// times two, plus one if a match ends before that scalar.
    private let moves: [UInt32]
    /// Number of moves of a state.
    private let width: Int
    /// Places of the program that were looked at to make it.
    let work: Int

    /// The state that nothing can match from.
    private static let dead = 0
    /// Larger tables are not made: 4 MiB.
    private static let maxMoves = 1 << 20
    /// More steps of the program are not followed to make one.
    ///
    /// Known tokenizers' take at most 92,148; `a*[ab]{5000}c` took 53 s and 560 MB.
    static let maxWork = 1 << 22

    /// Nil for a regex that needs more than this, or too large a table; see `RegexProgram`.
    init?(_ node: RegexNode) {
        guard let program = RegexProgram(node), let classes = ScalarClasses(program.sets) else {
            return nil
        }
        let width = classes.count + 1
        var moves: [UInt32] = []
        var states: [[Int]] = [[], [program.start]]
        var numbers: [[Int]: Int] = [[]: Self.dead, [program.start]: 1]
        var work = 0
        while moves.count < states.count * width {
            guard states.count * width <= Self.maxMoves else { return nil }
            let threads = states[moves.count / width]
            for signature in classes.signatures.map(Optional.some) + [nil] {
                let (next, matches, visited) = program.advance(threads, over: signature)
                work += visited
                guard work <= Self.maxWork else { return nil }
                let number = numbers[next] ?? states.count
                if number == states.count {
                    states.append(next)
                    numbers[next] = number
                }
                moves.append(UInt32(number * width) << 1 | (matches ? 1 : 0))
            }
        }
        self.classes = classes
        self.moves = moves
        self.width = width
        self.work = work
    }

    /// Calls `body` with every match in `text`, which is UTF-8, in order.
    ///
    /// An empty match that touches the match before it does not count.
    @inline(__always)
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        let moves = moves.span
        var start = 0
        var last = -1
        while start < text.count {
            var place = start
            var end = -1
            var row = width
            while true {
                let (number, length) =
                    place < text.count ? classes.find(text, place) : (width - 1, 0)
                // SAFETY: `row` is the start of a state's moves and `number` less than `width`.
                let move = moves[unchecked: row + number]
                if move & 1 != 0 { end = place }
                row = Int(move >> 1)
                if row == Self.dead { break }
                place += length
            }
            if end < 0 || (end == start && end == last) {
                start += classes.find(text, start).length
            } else {
                body(start, end)
                (start, last) = (end, end)
            }
        }
        // What matches the empty text does so once more at the end.
        if last != start, moves[width + width - 1] & 1 != 0 { body(start, start) }
    }
}

extension RegexProgram {
    /// Where `threads` get to over a scalar with this signature (nil: over the end of the text),
    /// whether a match ends before it, and how many places were looked at.
    fileprivate func advance(
        _ threads: [Int], over signature: UInt64?
    ) -> (threads: [Int], matches: Bool, visited: Int) {
        func contains(_ set: Int) -> Bool { (signature ?? 0) >> UInt64(set) & 1 != 0 }
        var result: [Int] = []
        var taken: Set<Int> = []
        var seen: Set<Int> = []
        for thread in threads {
            var waiting = [thread]
            while let place = waiting.popLast() {
                guard seen.insert(place).inserted else { continue }
                switch steps[place] {
                case .fork(let first, let second): waiting += [second, first]
                case .take(let set, let next):
                    if contains(set), taken.insert(next).inserted { result.append(next) }
                case .check(let set, let end, let next):
                    if signature == nil ? end : contains(set) { waiting.append(next) }
                // What comes after is less preferred.
                case .match: return (result, true, seen.count)
                }
            }
        }
        return (result, false, seen.count)
    }
}
