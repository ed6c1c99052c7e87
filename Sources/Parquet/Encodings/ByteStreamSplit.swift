/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second bytes, and so on.
struct ByteStreamSplit: ValueDecoder {
    private let source: PageBytes
    private let width: Int
    /// How a number becomes a word; nil where values are bytes.
    private let form: WordForm?
    /// Values of the page, and the next one.
    private let total: Int
    private var next = 0
    private var made: RawMemory?

    /// Values of `width` bytes each.
    init(_ source: PageBytes, width: Int, form: WordForm?) throws(ParquetError) {
        guard source.count % width == 0 else {
            throw ParquetError(
                "\(source.count) bytes are no values of \(width) bytes each",
                hint: ParquetError.truncated)
        }
        (self.source, self.width, self.form) = (source, width, form)
        total = source.count / width
    }

    var bytes: RawMemory? { made }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        guard count <= total - next else {
            throw ParquetError(
                "\(total - next) values are left of \(count)", hint: ParquetError.truncated)
        }
        defer { next += count }
        guard let form else { return try gather(count, target) }
        // SAFETY: stream k has `total` bytes at k * total, of which `next + count` are read.
        for index in 0..<count {
            var word: UInt64 = 0
            for stream in 0..<width {
                let byte = source.base.load(
                    fromByteOffset: stream * total + next + index, as: UInt8.self)
                word |= UInt64(byte) << UInt64(8 * stream)
            }
            target[index] =
                form == .word ? word : form.word(UInt32(truncatingIfNeeded: word))
        }
        return count
    }

    private mutating func gather(
        _ count: Int, _ target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let memory = try RawMemory(count * width)
        for index in 0..<count {
            for stream in 0..<width {
                let byte = source.base.load(
                    fromByteOffset: stream * total + next + index, as: UInt8.self)
                memory.base.storeBytes(
                    of: byte, toByteOffset: index * width + stream, as: UInt8.self)
            }
            target[index] = ByteSpan(index * width, width).word
        }
        made = memory
        return count
    }
}
