/// Which values of a page are null (Encodings.md; README.md, "Nulls").
///
/// In a flat column a level is 1 where the value is there and 0 where it is null.
enum DefinitionLevels {
    /// The column is required: every value is there.
    case none
    /// Runs and packed bits.
    case hybrid(HybridDecoder)
    /// The deprecated BIT_PACKED, the highest bit of a byte first: the bytes, and the next bit.
    case packed(PageBytes, bit: Int)

    /// Decodes the next `count` levels to bytes; returns how many are 1.
    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt8>
    ) throws(ParquetError) -> Int {
        switch self {
        case .none: return count
        case .hybrid(var decoder):
            self = .none
            defer { self = .hybrid(decoder) }
            return try decoder.decodeBits(count, to: target)
        case .packed(let bytes, let bit):
            guard bit + count <= bytes.count * 8 else {
                throw ParquetError(
                    "definition levels end too early", hint: ParquetError.truncated)
            }
            var ones = 0
            // SAFETY: the guard holds every bit within the bytes.
            for index in 0..<count {
                let at = bit + index
                let byte = bytes.base.load(fromByteOffset: at >> 3, as: UInt8.self)
                target[index] = byte >> UInt8(7 - at & 7) & 1
                ones += Int(target[index])
            }
            self = .packed(bytes, bit: bit + count)
            return ones
        }
    }
}
