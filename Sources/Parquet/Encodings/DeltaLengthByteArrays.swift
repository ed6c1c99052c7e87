/// DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
///
/// Values stay in the page.
struct DeltaLengthByteArrays: ValueDecoder {
    private var lengths: DeltaDecoder
    private var values: PageBytes

    init(_ source: PageBytes) throws(ParquetError) {
        lengths = try DeltaDecoder(source)
        values = try lengths.rest()
    }

    var bytes: RawMemory? { values.memory }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        try lengths.decode(count, to: target)
        var at = values.start
        for index in 0..<count {
            let length = target[index]
            guard length <= UInt64(values.end - at) else {
                throw ParquetError(
                    "a value of \(Int64(bitPattern: length)) bytes where the page has "
                        + "\(values.end - at) left",
                    hint: ParquetError.truncated)
            }
            target[index] = ByteSpan(at, Int(length)).word
            at += Int(length)
        }
        _ = try values.take(at - values.start, "values")
        return count
    }
}
