import TeacherInference

/// The search for one document's cuts.
struct DocumentCut {
    /// A piece: its bytes, and how many tokens it has by itself.
    struct Piece {
        /// Its bytes.
        var range: Range<Int>
        /// Its tokens, tokenised by itself.
        var tokens: Int
    }

    /// The document, valid UTF-8, not empty.
    let text: UnsafeRawBufferPointer
    /// Its tokens.
    let map: TokenMap
    /// The teacher's tokenizer.
    let tokenizer: any Tokenizer
    /// The most tokens of a piece.
    let maxTokens: Int

    /// The fewest tokens of a piece, where there are several.
    private var minTokens: Int { (maxTokens + 3) / 4 }

    /// How many boundaries are tried for one cut before giving up.
    private static let attempts = 4

    /// Exactly `count` pieces, all of the right size; nil if that was not found.
    func strict(_ count: Int) -> [Piece]? {
        guard count > 1 else {
            let isExact = map.segments == 1
            let whole =
                isExact ? Piece(range: 0..<text.count, tokens: map.count) : piece(0, text.count)
            return whole.tokens <= maxTokens ? [whole] : nil
        }
        var pieces: [Piece] = []
        var start = 0
        for left in stride(from: count, to: 1, by: -1) {
            guard let next = nextPiece(from: start, left: left) else { return nil }
            pieces.append(next)
            start = next.range.upperBound
        }
        guard start < text.count else { return nil }
        let last = piece(start, text.count)
        guard (minTokens...maxTokens).contains(last.tokens) else { return nil }
        return pieces + [last]
    }

    /// About `count` pieces, more where needed; always ends, as each piece takes a scalar at least.
    func adaptive(_ count: Int) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        var left = count + 1
        while start < text.count {
            let rest = map.count - map.index(ofByte: start)
            left = max(left - 1, (rest + maxTokens - 1) / maxTokens, 1)
            if left == 1 {
                let last = piece(start, text.count)
                if last.tokens <= maxTokens {
                    pieces.append(last)
                    break
                }
                left = 2
            }
            let next = nextPiece(from: start, left: left) ?? largest(from: start, left: left)
            pieces.append(next)
            start = next.range.upperBound
        }
        return mendEnd(pieces)
    }

    /// The next of `left` pieces from byte `start`; nil if no boundary gives one of the right size.
    private func nextPiece(from start: Int, left: Int) -> Piece? {
        let first = map.index(ofByte: start)
        let rest = map.count - first
        let share = rest / left
        // Within an eighth of the mark; this piece and those to come within their bounds.
        let lowest = max(share - share / 8, rest - (left - 1) * maxTokens, minTokens, 1)
        let highest = min(share + share / 8, rest - (left - 1) * minTokens, maxTokens)
        guard lowest <= highest else { return nil }
        var low = max(map.byte(afterTokens: first + lowest), start + 1)
        var high = min(map.byte(afterTokens: first + highest), text.count - 1)
        let mark = map.byte(afterTokens: first + share)
        for _ in 0..<Self.attempts {
            guard low <= high, let end = boundary(low, high, mark) else { return nil }
            let next = piece(start, end)
            if next.tokens > maxTokens {
                high = end - 1
            } else if next.tokens < minTokens {
                low = end + 1
            } else {
                return next
            }
        }
        return nil
    }

    /// The best boundary from `low` to `high`, or else the end of the token nearest to `mark`.
    private func boundary(_ low: Int, _ high: Int, _ mark: Int) -> Int? {
        if let best = Boundary.best(in: low...high, near: mark, of: text) { return best.offset }
        // Outward from the mark: a scalar has few tokens, so that a boundary is near.
        let centre = map.index(ofByte: mark)
        let reach = max(centre - map.index(ofByte: low - 1), map.index(ofByte: high) - centre, 0)
        for distance in 0...reach {
            for index in distance == 0 ? [centre] : [centre - distance, centre + distance] {
                guard index > 0, index <= map.count else { continue }
                let end = map.byte(afterTokens: index)
                if end >= low && end <= high && isScalarBoundary(end) { return end }
            }
        }
        return nil
    }

    /// A piece as large as fits, found by halving: at token ends, then at any scalar.
    private func largest(from start: Int, left: Int) -> Piece {
        let first = map.index(ofByte: start)
        var tokens = max(min((map.count - first) / left, maxTokens), 1)
        while tokens > 0 {
            var end = map.byte(afterTokens: first + tokens)
            while end > start && !isScalarBoundary(end) { end -= 1 }
            if end > start {
                let next = piece(start, end)
                if next.tokens <= maxTokens { return next }
            }
            tokens /= 2
        }
        // Not even one token fits by itself.
        var end = map.byte(afterTokens: first + 1)
        while true {
            end = start + (end - start) / 2
            while end > start && !isScalarBoundary(end) { end -= 1 }
            if end == start { end += 1 }
            while !isScalarBoundary(end) { end += 1 }
            let next = piece(start, end)
            if next.tokens <= maxTokens || end - start <= 4 { return next }
        }
    }

    /// Joins a last piece that is too small to the one before, or shares the two evenly.
    private func mendEnd(_ pieces: [Piece]) -> [Piece] {
        guard pieces.count > 1, let last = pieces.last, last.tokens < minTokens else {
            return pieces
        }
        let start = pieces[pieces.count - 2].range.lowerBound
        let joined = piece(start, text.count)
        if joined.tokens <= maxTokens { return pieces.dropLast(2) + [joined] }
        guard let next = nextPiece(from: start, left: 2) else { return pieces }
        let end = piece(next.range.upperBound, text.count)
        guard (minTokens...maxTokens).contains(end.tokens) else { return pieces }
        return pieces.dropLast(2) + [next, end]
    }

    private func isScalarBoundary(_ offset: Int) -> Bool {
        offset >= text.count || text[offset] & 0xC0 != 0x80
    }

    private func piece(_ start: Int, _ end: Int) -> Piece {
        let bytes = UnsafeRawBufferPointer(rebasing: text[start..<end])
        return Piece(range: start..<end, tokens: tokenizer.encode(bytes).count)
    }
}
