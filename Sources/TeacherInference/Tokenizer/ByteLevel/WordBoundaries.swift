/// Where a text can be cut without changing how BPE merges it: between two characters that stand
/// beside each other in no product of a merge.
///
/// Most SentencePiece vocabularies never have a space behind another character, so the words that
/// this finds are those that a pre-tokenizer would, and each can be merged, and remembered, by itself.
struct WordBoundaries: Sendable {
    /// Classes of characters: ASCII each its own, U+2581, all others.
    private static let classes = 130
    /// Whether a character of the first class may stand before one of the second in a product.
    private var joins: [Bool]

    /// Nothing joins yet; with `never`, everything does, and no text is cut.
    init(never: Bool = false) {
        joins = [Bool](repeating: never, count: Self.classes * Self.classes)
    }

    /// Notes what stands beside what in `product`, the spelling of a token that a merge makes.
    mutating func add(_ product: some Collection<UInt8>) {
        Array(product).withUnsafeBytes { bytes in
            var position = 0
            var previous: Int?
            while position < bytes.count {
                let (number, width) = Self.classify(bytes, position, bytes.count)
                if let previous { joins[previous * Self.classes + number] = true }
                previous = number
                position += width
            }
        }
    }

    /// Calls `body` with the start and end of each word of `text[start..<end]`.
    @inline(__always)
    func forEachWord(
        in text: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ body: (Int, Int) -> Void
    ) {
        guard start < end else { return }
        joins.withUnsafeBufferPointer { joins in
            var wordStart = start
            var (previous, width) = Self.classify(text, start, end)
            var position = start + width
            while position < end {
                let (number, width) = Self.classify(text, position, end)
                if !joins[previous * Self.classes + number] {
                    body(wordStart, position)
                    wordStart = position
                }
                previous = number
                position += width
            }
            body(wordStart, end)
        }
    }

    /// The class of the character at `position` and its length in bytes.
    @inline(__always)
    private static func classify(
        _ text: UnsafeRawBufferPointer, _ position: Int, _ end: Int
    ) -> (number: Int, width: Int) {
        let lead = text[position]
        if lead < 0x80 { return (Int(lead), 1) }
        let width = min(UTF8Width.of(lead), end - position)
        if lead == 0xE2, width == 3, text[position + 1] == 0x96, text[position + 2] == 0x81 {
            return (128, 3)
        }
        return (129, width)
    }
}
