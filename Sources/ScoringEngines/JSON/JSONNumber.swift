import Glibc

/// Reads the numbers and literals of JSON from their bytes.
enum JSONNumber {
    /// Bytes that a number has at most: those of a double with 17 digits, and many more.
    static let longest = 64

    /// A number's value, nil where the bytes are none by JSON's grammar.
    ///
    /// Up to 19 digits are taken as a whole number and one power of ten, which is within one unit
    /// in the last place of a double: exact for every float32 that was widened, and for every whole
    /// number below 2⁵³. Others go through `strtod`.
    static func value(_ bytes: UnsafeRawBufferPointer) -> Double? {
        var at = 0
        let end = bytes.count
        guard end > 0, end <= longest else { return nil }
        let isNegative = bytes[0] == UInt8(ascii: "-")
        if isNegative { at = 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        let firstDigit = at
        while at < end, bytes[at] &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- 0x30)
            at += 1
        }
        digits = at - firstDigit
        guard digits == 1 || digits > 1 && bytes[firstDigit] != 0x30 else { return nil }
        if at < end, bytes[at] == UInt8(ascii: ".") {
            at += 1
            let start = at
            while at < end, bytes[at] &- 0x30 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- 0x30)
                at += 1
            }
            guard at > start else { return nil }
            exponent = start - at
            digits += at - start
        }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            var isLess = false
            if at < end, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
                isLess = bytes[at] == UInt8(ascii: "-")
                at += 1
            }
            let start = at
            var written = 0
            while at < end, bytes[at] &- 0x30 < 10 {
                written = min(written * 10 + Int(bytes[at] &- 0x30), 100_000)
                at += 1
            }
            guard at > start else { return nil }
            exponent += isLess ? -written : written
        }
        guard at == end else { return nil }
        if digits <= 19, exponent >= -22, exponent <= 22 {
            let whole = Double(mantissa)
            let scaled =
                exponent < 0 ? whole / powers[-exponent] : whole * powers[exponent]
            return isNegative ? -scaled : scaled
        }
        return slow(bytes)
    }

    private static func slow(_ bytes: UnsafeRawBufferPointer) -> Double {
        // The grammar was checked, so strtod reads all of it. A value out of range is infinite.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
            for (place, byte) in bytes.enumerated() { text[place] = CChar(bitPattern: byte) }
            text[bytes.count] = 0
            // SAFETY: the buffer has a zero at its end.
            return text.baseAddress.map { strtod($0, nil) } ?? .nan
        }
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
