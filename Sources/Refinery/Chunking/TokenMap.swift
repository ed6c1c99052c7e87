import TeacherInference

/// Where the tokens of a document end, in four bytes a token.
///
/// A very long document is tokenised in segments, so that a tokenizer's own memory stays bounded;
/// its tokens may then differ by one or two at each segment's end.
struct TokenMap {
    /// Bytes that are tokenised at once, at most.
    static let segmentBytes = 4 << 20

    /// End offsets of the tokens, ascending; the last is the text's length.
    private(set) var ends: [UInt32] = []

    /// In how many segments the text was tokenised; one makes the tokens exact.
    private(set) var segments = 0

    /// How many tokens the document has.
    var count: Int { ends.count }

    /// The tokens of `text`, valid UTF-8 of less than 4 GiB.
    init(
        _ text: UnsafeRawBufferPointer, _ tokenizer: any Tokenizer,
        segmentBytes: Int = TokenMap.segmentBytes
    ) {
        var start = 0
        while start < text.count {
            let end = Self.segmentEnd(text, start, segmentBytes)
            let segment = UnsafeRawBufferPointer(rebasing: text[start..<end])
            for tokenEnd in tokenizer.encodeWithEnds(segment).ends {
                ends.append(UInt32(start + tokenEnd))
            }
            start = end
            segments += 1
        }
    }

    /// How many tokens end at or before byte `offset`.
    func index(ofByte offset: Int) -> Int {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if Int(ends[middle]) <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The byte where the first `tokens` tokens end.
    func byte(afterTokens tokens: Int) -> Int {
        tokens <= 0 ? 0 : Int(ends[min(tokens, ends.count) - 1])
    }

    /// Where a segment from `start` ends: behind its last line, else at a scalar.
    private static func segmentEnd(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ length: Int
    ) -> Int {
        guard text.count - start > length else { return text.count }
        var end = start + length
        while end > start + length / 2 {
            if text[end - 1] == 0x0A { return end }
            end -= 1
        }
        end = start + length
        while end > start + 1 && text[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
