/// A place where a document may be cut: how good it is, and where it is.
///
/// Separators stay with the piece before, but for the indentation of a line, which stays with it.
struct Boundary: Equatable {
    /// How good a place is, best first.
    enum Rank: Int, CaseIterable {
        /// Behind a blank line.
        case paragraph
        /// Behind a sentence and the white space after it.
        case sentence
        /// Behind a line.
        case line
        /// Behind white space.
        case space
    }

    /// How good it is.
    var rank: Rank
    /// Bytes before it.
    var offset: Int

    /// The best boundary of `text` in `range`, of equals the one nearest to `mark`.
    ///
    /// Linear in the length of the range. `text` is valid UTF-8.
    static func best(
        in range: ClosedRange<Int>, near mark: Int, of text: UnsafeRawBufferPointer
    ) -> Boundary? {
        var best = [Int?](repeating: nil, count: Rank.allCases.count)
        func offer(_ rank: Rank, _ offset: Int) {
            guard range.contains(offset), offset > 0, offset < text.count else { return }
            if let old = best[rank.rawValue], abs(old - mark) <= abs(offset - mark) { return }
            best[rank.rawValue] = offset
        }
        var scan = BoundaryScan(text, around: range)
        while let boundary = scan.next() {
            offer(boundary.rank, boundary.offset)
        }
        for rank in Rank.allCases {
            if let offset = best[rank.rawValue] { return Boundary(rank: rank, offset: offset) }
        }
        return nil
    }
}

/// Walks over a text and finds its boundaries one by one.
private struct BoundaryScan {
    /// How many bytes around its range a scan looks at, to know how the range begins and ends.
    ///
    /// White space that goes on for longer has no boundary, so that a scan takes bounded time.
    static let margin = 64

    let text: UnsafeRawBufferPointer
    var at: Int
    let end: Int

    /// Line ends in the present run of white space.
    private var lineEnds = 0
    /// Behind the last of them.
    private var lineStart = 0
    private var isInSpace = false
    /// Whether what stands before ends a sentence that white space follows.
    private var isTerminated = false
    /// Whether what stands before ends a sentence of a script without spaces.
    private var isWideTerminated = false

    init(_ text: UnsafeRawBufferPointer, around range: ClosedRange<Int>) {
        self.text = text
        at = max(0, range.lowerBound - Self.margin)
        end = min(text.count, range.upperBound + Self.margin)
        while at < text.count, at > 0, text[at] & 0xC0 == 0x80 { at += 1 }
    }

    /// The next boundary; nil where the scan ends.
    mutating func next() -> Boundary? {
        while at < end {
            let start = at
            let scalar = decode()
            if Self.isSpace(scalar) {
                isInSpace = true
                if scalar == 0x0A || scalar == 0x2028 || scalar == 0x2029 {
                    lineEnds += scalar == 0x2029 ? 2 : 1
                    lineStart = at
                }
                continue
            }
            let boundary = boundary(before: start, Self.isCloser(scalar))
            isInSpace = false
            lineEnds = 0
            switch scalar {
            case 0x2E, 0x21, 0x3F, 0x2026, 0x061F, 0x06D4, 0x0964, 0x0965: isTerminated = true
            case 0x3002, 0xFF01, 0xFF1F:
                isTerminated = true
                isWideTerminated = true
            case _ where Self.isCloser(scalar) && boundary == nil: break
            default:
                isTerminated = false
                isWideTerminated = false
            }
            if let boundary { return boundary }
        }
        return nil
    }

    /// The boundary between what has been passed and the scalar at `offset`.
    private func boundary(before offset: Int, _ isCloser: Bool) -> Boundary? {
        guard isInSpace else {
            return isWideTerminated && !isCloser ? Boundary(rank: .sentence, offset: offset) : nil
        }
        if lineEnds >= 2 { return Boundary(rank: .paragraph, offset: lineStart) }
        let place = lineEnds == 1 ? lineStart : offset
        if isTerminated { return Boundary(rank: .sentence, offset: place) }
        return Boundary(rank: lineEnds == 1 ? .line : .space, offset: place)
    }

    /// Passes a scalar of valid UTF-8.
    private mutating func decode() -> UInt32 {
        let first = text[at]
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var scalar = UInt32(first) & (length == 1 ? 0x7F : 0x7F >> UInt32(length))
        for place in at + 1..<min(at + length, text.count) where length > 1 {
            scalar = scalar << 6 | UInt32(text[place] & 0x3F)
        }
        at = min(at + length, text.count)
        return scalar
    }

    /// White space where a text may be cut: all but the kinds that forbid a break.
    private static func isSpace(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09...0x0D, 0x20, 0x85, 0x1680, 0x2000...0x2006, 0x2008...0x200A, 0x2028, 0x2029,
            0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Quotes and brackets that close, which belong to the sentence before.
    private static func isCloser(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x22, 0x27, 0x29, 0x5D, 0x7D, 0xBB, 0x2019, 0x201D, 0x300D, 0x300F, 0xFF09: true
        default: false
        }
    }
}
