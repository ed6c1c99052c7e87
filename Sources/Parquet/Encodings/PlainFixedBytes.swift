/// PLAIN of FIXED_LEN_BYTE_ARRAY and INT96: values one after the other, which stay in the page.
struct PlainFixedBytes: ValueDecoder {
    private var source: PageBytes
    private let width: Int

    init(_ source: PageBytes, width: Int) {
        (self.source, self.width) = (source, width)
    }

    var bytes: RawMemory? { source.memory }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let values = try source.take(count * width, "values")
        for index in 0..<count {
            target[index] = ByteSpan(values.start + index * width, width).word
        }
        return count
    }
}
