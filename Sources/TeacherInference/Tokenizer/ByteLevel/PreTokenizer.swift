/// Cuts text into the words that BPE merges within.
struct PreTokenizer: Sendable {
    /// A word: a byte range of the text.
    struct Piece {
        var start: Int
        var end: Int
    }

    private enum Compiled: Sendable {
        case split(SplitPattern, SplitBehavior, inverted: Bool)
        case prefixSpace
    }

    private let steps: [Compiled]
    /// The steps that see the byte alphabet: one pre-tokenizer or none.
    private var behind: [PreTokenizer] = []

    /// More steps are refused, since each may take a table of 4 MiB.
    private static let maxSteps = 32

    /// Compiles `steps`; `source` names the file in errors.
    init(_ steps: [PreTokenizerStep], source: String) throws(ModelError) {
        guard steps.count <= Self.maxSteps else {
            throw ModelError(
                "cannot use the tokenizer of \(source): its pre-tokenizer has \(steps.count) steps, "
                    + "at most \(Self.maxSteps) are allowed")
        }
        var compiled: [Compiled] = []
        for (place, step) in steps.enumerated() where behind.isEmpty {
            switch step {
            case .digits(let individual):
                let digit = RegexNode.set(UnicodeCategories.digits)
                let node =
                    individual
                    ? digit : .repetition(digit, minimum: 1, maximum: nil, .greedy)
                compiled.append(
                    .split(try SplitPattern(node, source: source), .isolated, inverted: false))
            case .split(let pattern, let behavior, let inverted):
                let node = try RegexParser.parse(pattern, source: source)
                compiled.append(
                    .split(try SplitPattern(node, source: source), behavior, inverted: inverted))
            case .prefixSpace:
                compiled.append(.prefixSpace)
            case .byteAlphabet:
                behind = [try PreTokenizer(Array(steps[(place + 1)...]), source: source)]
            }
        }
        self.steps = compiled
    }

    /// Text after all steps: its bytes (the input's own, or a copy with spaces added) and its
    /// pieces, in memory that the next text can use again.
    struct Cut {
        /// The words, ascending, without the empty ones.
        fileprivate(set) var pieces: [Piece] = []
        /// Positions in the copy of bytes that the input does not have, ascending.
        fileprivate(set) var insertions: [Int] = []
        /// The changed text, if `isCopied`.
        private var copy: [UInt8] = []
        private var isCopied = false
        /// The pieces before the step at work.
        fileprivate var previous: [Piece] = []
        /// Made when a pattern needs it.
        fileprivate lazy var matcher = PCRE2Matcher()
    }

    /// Cuts `text`, which is valid UTF-8.
    func cut(_ text: UnsafeRawBufferPointer, _ cut: inout Cut) {
        cut.begin(text)
        for step in steps {
            switch step {
            case .split(let pattern, let behavior, let inverted):
                swap(&cut.pieces, &cut.previous)
                cut.pieces.removeAll(keepingCapacity: true)
                cut.split(text, pattern, behavior, inverted)
            case .prefixSpace:
                cut.prefixSpaces(text)
            }
        }
        if let behind = behind.first { cut.spellBytes(text, behind) }
    }
}

extension PreTokenizer.Cut {
    /// Calls `body` with the bytes that `pieces` are ranges of; `input` is what was cut.
    func withText<R>(
        _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R {
        isCopied ? copy.withUnsafeBytes(body) : body(input)
    }

    /// Forgets the text; lists of more than `limit` items give their memory back.
    mutating func reset(keepingUpTo limit: Int) {
        pieces.removeAll(keepingCapacity: pieces.capacity <= limit)
        previous.removeAll(keepingCapacity: previous.capacity <= limit)
        insertions.removeAll(keepingCapacity: insertions.capacity <= limit)
        copy.removeAll(keepingCapacity: copy.capacity <= limit)
    }

    fileprivate mutating func begin(_ text: UnsafeRawBufferPointer) {
        pieces.removeAll(keepingCapacity: true)
        pieces.append(PreTokenizer.Piece(start: 0, end: text.count))
        insertions.removeAll(keepingCapacity: true)
        isCopied = false
    }

    /// Cuts every piece of `previous` into `pieces`.
    fileprivate mutating func split(
        _ input: UnsafeRawBufferPointer, _ pattern: SplitPattern, _ behavior: SplitBehavior,
        _ inverted: Bool
    ) {
        // Moved out, so that filling `pieces` is no access to the rest.
        var pieces: [PreTokenizer.Piece] = []
        swap(&pieces, &self.pieces)
        let matcher: PCRE2Matcher? = if case .backtracking = pattern { self.matcher } else { nil }
        withText(input) { text in
            let text = text.bindMemory(to: UInt8.self)
            for piece in previous {
                let subject = UnsafeBufferPointer(rebasing: text[piece.start..<piece.end])
                func forEachMatch(_ body: (Int, Int) -> Void) {
                    switch pattern {
                    case .automaton(let automaton): automaton.forEachMatch(in: subject, body)
                    case .backtracking(let pattern):
                        guard let matcher else { return }
                        pattern.forEachMatch(in: subject, matcher, body)
                    }
                }
                if behavior == .isolated {
                    Self.isolate(piece, forEachMatch, into: &pieces)
                } else {
                    Self.split(piece, behavior, inverted, forEachMatch, into: &pieces)
                }
            }
        }
        swap(&pieces, &self.pieces)
    }

    /// Matches and gaps alike become pieces.
    @inline(__always)
    private static func isolate(
        _ piece: PreTokenizer.Piece, _ forEachMatch: ((Int, Int) -> Void) -> Void,
        into pieces: inout [PreTokenizer.Piece]
    ) {
        var previous = piece.start
        forEachMatch { start, end in
            let (start, end) = (piece.start + start, piece.start + end)
            if start > previous { pieces.append(PreTokenizer.Piece(start: previous, end: start)) }
            if end > start { pieces.append(PreTokenizer.Piece(start: start, end: end)) }
            previous = end
        }
        if piece.end > previous {
            pieces.append(PreTokenizer.Piece(start: previous, end: piece.end))
        }
    }

    private static func split(
        _ piece: PreTokenizer.Piece, _ behavior: SplitBehavior, _ inverted: Bool,
        _ forEachMatch: ((Int, Int) -> Void) -> Void, into pieces: inout [PreTokenizer.Piece]
    ) {
        var parts: [(piece: PreTokenizer.Piece, isMatch: Bool)] = []
        var previous = piece.start
        func add(_ start: Int, _ end: Int, isMatch: Bool) {
            parts.append((PreTokenizer.Piece(start: start, end: end), isMatch != inverted))
        }
        forEachMatch { start, end in
            let (start, end) = (piece.start + start, piece.start + end)
            if start > previous { add(previous, start, isMatch: false) }
            add(start, end, isMatch: true)
            previous = end
        }
        if piece.end > previous { add(previous, piece.end, isMatch: false) }
        for piece in behavior.merged(parts) where piece.end > piece.start { pieces.append(piece) }
    }

    /// Cuts every piece as `behind` cuts its bytes in the byte alphabet.
    fileprivate mutating func spellBytes(_ input: UnsafeRawBufferPointer, _ behind: PreTokenizer) {
        var inner = PreTokenizer.Cut()
        var found: [PreTokenizer.Piece] = []
        withText(input) { text in
            for piece in pieces {
                var spelling: [UInt8] = []
                for byte in text[piece.start..<piece.end] {
                    spelling.append(contentsOf: ByteAlphabet.spellings[Int(byte)])
                }
                // A byte is a character, so characters counted are bytes of the piece.
                func characters(_ range: Range<Int>) -> Int {
                    spelling[range].count { $0 & 0xC0 != 0x80 }
                }
                spelling.withUnsafeBytes { behind.cut($0, &inner) }
                var (position, done) = (piece.start, 0)
                for part in inner.pieces {
                    let start = position + characters(done..<part.start)
                    position = start + characters(part.start..<part.end)
                    done = part.end
                    found.append(PreTokenizer.Piece(start: start, end: position))
                }
            }
        }
        pieces = found
    }

    /// Readers allow this step once, so there are no earlier insertions to move.
    fileprivate mutating func prefixSpaces(_ input: UnsafeRawBufferPointer) {
        var changed: [UInt8] = []
        changed.reserveCapacity(input.count + pieces.count)
        var moved: [PreTokenizer.Piece] = []
        var inserted: [Int] = []
        withText(input) { bytes in
            var previous = 0
            for piece in pieces {
                changed.append(contentsOf: bytes[previous..<piece.start])
                let start = changed.count
                if bytes[piece.start] != UInt8(ascii: " ") {
                    inserted.append(start)
                    changed.append(UInt8(ascii: " "))
                }
                changed.append(contentsOf: bytes[piece.start..<piece.end])
                moved.append(PreTokenizer.Piece(start: start, end: changed.count))
                previous = piece.end
            }
            changed.append(contentsOf: bytes[previous...])
        }
        (copy, isCopied, pieces, insertions) = (changed, true, moved, inserted)
    }
}
