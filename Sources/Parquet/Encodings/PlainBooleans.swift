/// PLAIN of BOOLEAN: a bit a value, the lowest first.
struct PlainBooleans: ValueDecoder {
    private let source: PageBytes
    private var bit = 0

    init(_ source: PageBytes) {
        self.source = source
    }

    var bytes: RawMemory? { nil }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        guard count <= source.count * 8 - bit else {
            throw ParquetError("booleans end too early", hint: ParquetError.truncated)
        }
        // SAFETY: the guard holds every bit within the page.
        for index in 0..<count {
            let at = bit + index
            let byte = source.base.load(fromByteOffset: at >> 3, as: UInt8.self)
            target[index] = UInt64(byte >> UInt8(at & 7) & 1)
        }
        bit += count
        return count
    }
}
