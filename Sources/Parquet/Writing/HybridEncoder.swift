/// Encodes small numbers as runs and bit-packed groups (Encodings.md, "Run Length Encoding /
/// Bit-Packing Hybrid").
enum HybridEncoder {
    /// Appends `values` of `width` bits each, at most 32.
    static func encode<Number: FixedWidthInteger & UnsignedInteger>(
        _ values: [Number], width: Int, to bytes: inout [UInt8]
    ) {
        var packedStart = 0
        var index = 0
        while index < values.count {
            // Between groups of 8 a run may begin.
            var end = index + 1
            while end < values.count, values[end] == values[index] { end += 1 }
            if end - index < 8 {
                index = min(index + 8, values.count)
                continue
            }
            pack(values[packedStart..<index], width, &bytes)
            varint(UInt64(end - index) << 1, &bytes)
            for shift in stride(from: 0, to: width, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: values[index] >> Number(shift)))
            }
            (index, packedStart) = (end, end)
        }
        pack(values[packedStart...], width, &bytes)
    }

    /// Bits that a number of at most `largest` takes.
    static func width(of largest: Int) -> Int { Int.bitWidth - largest.leadingZeroBitCount }

    /// Groups of 8, the last one filled with zeros.
    private static func pack(
        _ values: ArraySlice<some FixedWidthInteger & UnsignedInteger>, _ width: Int,
        _ bytes: inout [UInt8]
    ) {
        guard !values.isEmpty else { return }
        let groups = (values.count + 7) / 8
        varint(UInt64(groups) << 1 | 1, &bytes)
        var word: UInt64 = 0
        var bits = 0
        var left = groups * width
        for value in values {
            word |= UInt64(value) << UInt64(bits)
            bits += width
            while bits >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
                bits -= 8
                left -= 1
            }
        }
        while left > 0 {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
            left -= 1
        }
    }

    private static func varint(_ value: UInt64, _ bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
