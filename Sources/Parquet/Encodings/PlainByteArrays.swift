/// PLAIN of BYTE_ARRAY: a length of 4 bytes before each value.
///
/// Values stay in the page.
struct PlainByteArrays: ValueDecoder {
    private var source: PageBytes

    init(_ source: PageBytes) {
        self.source = source
    }

    var bytes: RawMemory? { source.memory }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let base = UnsafeRawPointer(source.memory.base)
        let end = source.end
        var at = source.start
        for index in 0..<count {
            // SAFETY: the guards hold length and value within the page.
            guard end - at >= 4 else { throw Self.ends(end - at) }
            let length = Int(
                UInt32(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            guard length <= end - at - 4 else { throw Self.ends(length, end - at - 4) }
            target[index] = ByteSpan(at + 4, length).word
            at += 4 + length
        }
        _ = try source.take(at - source.start, "values")
        return count
    }

    private static func ends(_ left: Int) -> ParquetError {
        ParquetError(
            "a value's length needs 4 bytes where the page has \(left) left",
            hint: ParquetError.truncated)
    }

    private static func ends(_ length: Int, _ left: Int) -> ParquetError {
        ParquetError(
            "a value of \(length) bytes where the page has \(left) left",
            hint: ParquetError.truncated)
    }
}
