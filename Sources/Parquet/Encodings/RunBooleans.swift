/// RLE of BOOLEAN: a length of 4 bytes, then runs and packed bits.
struct RunBooleans: ValueDecoder {
    private var decoder: HybridDecoder
    private var bits: RawMemory?

    init(_ source: PageBytes) throws(ParquetError) {
        var source = source
        let length = try source.length("booleans")
        decoder = try HybridDecoder(try source.take(length, "booleans"), width: 1, "booleans")
    }

    var bytes: RawMemory? { nil }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let scratch = try RawMemory.recycled(&bits, count)
        bits = scratch
        let bits = scratch.bound(to: UInt8.self)
        _ = try decoder.decodeBits(count, to: bits)
        for index in 0..<count {
            target[index] = UInt64(bits[index])
        }
        return count
    }
}
