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

    /// Compiles `steps`; `source` names the file in errors.
    init(_ steps: [PreTokenizerStep], source: String) throws(ModelError) {
        var compiled: [Compiled] = []
        for step in steps {
            switch step {
            case .digits(let individual):
                let digit = "[" + UnicodeAdditions.digits + "]"
                compiled.append(
                    .split(
                        try SplitPattern(individual ? digit : digit + "+", source: source),
                        .isolated, inverted: false))
            case .split(let pattern, let behavior, let inverted):
                let translated = try RegexTranslator.translate(pattern, source: source)
                compiled.append(
                    .split(
                        try SplitPattern(translated, source: source), behavior,
                        inverted: inverted))
            case .prefixSpace:
                compiled.append(.prefixSpace)
            }
        }
        self.steps = compiled
    }

    /// Text after all steps: the bytes (the input's own, or a copy with spaces added), its pieces,
    /// and where spaces were added.
    struct Result {
        /// The changed text, or nil where it is the input.
        var copy: [UInt8]?
        /// The words, ascending, without the empty ones.
        var pieces: [Piece]
        /// Positions in `copy` of bytes that the input does not have, ascending.
        var insertions: [Int] = []
    }

    /// Cuts `text`, which is valid UTF-8.
    func cut(_ text: UnsafeRawBufferPointer, _ matcher: PatternMatcher) -> Result {
        var result = Result(copy: nil, pieces: [Piece(start: 0, end: text.count)])
        for step in steps {
            switch step {
            case .split(let pattern, let behavior, let inverted):
                var pieces: [Piece] = []
                pieces.reserveCapacity(max(16, text.count / 4))
                let source = result.pieces
                result.withText(text) { bytes in
                    for piece in source {
                        Self.split(
                            bytes, piece, pattern, behavior, inverted, matcher, into: &pieces)
                    }
                }
                result.pieces = pieces
            case .prefixSpace:
                result.prefixSpaces(text)
            }
        }
        return result
    }

    private static func split(
        _ text: UnsafeRawBufferPointer, _ piece: Piece, _ pattern: SplitPattern,
        _ behavior: SplitBehavior, _ inverted: Bool, _ matcher: PatternMatcher,
        into pieces: inout [Piece]
    ) {
        let subject = UnsafeRawBufferPointer(rebasing: text[piece.start..<piece.end])
        let first = piece.start
        if behavior == .isolated {
            var previous = 0
            pattern.forEachMatch(in: subject, matcher) { start, end in
                if start > previous {
                    pieces.append(Piece(start: first + previous, end: first + start))
                }
                if end > start { pieces.append(Piece(start: first + start, end: first + end)) }
                previous = end
            }
            if subject.count > previous {
                pieces.append(Piece(start: first + previous, end: piece.end))
            }
            return
        }
        var parts: [(piece: Piece, isMatch: Bool)] = []
        var previous = 0
        pattern.forEachMatch(in: subject, matcher) { start, end in
            if start > previous {
                parts.append((Piece(start: first + previous, end: first + start), inverted))
            }
            parts.append((Piece(start: first + start, end: first + end), !inverted))
            previous = end
        }
        if subject.count > previous {
            parts.append((Piece(start: first + previous, end: piece.end), inverted))
        }
        for piece in merged(parts, behavior) where piece.end > piece.start {
            pieces.append(piece)
        }
    }

    /// Source: `NormalizedString::split` of tokenizers.
    private static func merged(
        _ parts: [(piece: Piece, isMatch: Bool)], _ behavior: SplitBehavior
    ) -> [Piece] {
        var result: [Piece] = []
        var wasMatch = false
        switch behavior {
        case .isolated:
            result = parts.map(\.piece)
        case .removed:
            result = parts.filter { !$0.isMatch }.map(\.piece)
        case .contiguous:
            for part in parts {
                if part.isMatch == wasMatch, !result.isEmpty {
                    result[result.count - 1].end = part.piece.end
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithPrevious:
            for part in parts {
                if part.isMatch, !wasMatch, !result.isEmpty {
                    result[result.count - 1].end = part.piece.end
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithNext:
            for part in parts.reversed() {
                if part.isMatch, !wasMatch, !result.isEmpty {
                    result[result.count - 1].start = part.piece.start
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
            result.reverse()
        }
        return result
    }
}

extension PreTokenizer.Result {
    /// Calls `body` with the bytes that `pieces` are ranges of; `input` is what was cut.
    func withText<R>(
        _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R {
        guard let copy else { return body(input) }
        return copy.withUnsafeBytes(body)
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
        (copy, pieces, insertions) = (changed, moved, inserted)
    }
}
