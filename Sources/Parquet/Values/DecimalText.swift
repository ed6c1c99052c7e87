/// Writes decimals, which are stored as an integer and a scale (LogicalTypes.md, "DECIMAL").
enum DecimalText {
    /// Bytes that an integer has at most: 38 digits take 16, 76 take 32.
    static let longest = 64

    /// Appends `value` · 10^-`scale`.
    static func append(_ value: Int64, scale: Int, to text: inout [UInt8]) {
        if value < 0 { text.append(UInt8(ascii: "-")) }
        let start = text.count
        ValueText.append(value.magnitude, digits: scale + 1, to: &text)
        point(scale, start, &text)
    }

    /// Appends a big-endian integer in two's complement, times 10^-`scale`.
    static func append(
        _ bytes: UnsafeRawBufferPointer, scale: Int, to text: inout [UInt8]
    ) throws(ParquetError) {
        guard bytes.count <= longest else {
            throw ParquetError("a decimal of \(bytes.count) bytes, at most \(longest) are read")
        }
        var number = Array(bytes)
        if let first = number.first, first & 0x80 != 0 {
            text.append(UInt8(ascii: "-"))
            var carry = true
            for index in number.indices.reversed() {
                number[index] = ~number[index]
                if carry { (number[index], carry) = number[index].addingReportingOverflow(1) }
            }
        }
        let start = text.count
        // Long division by ten, the lowest digit first.
        while number.contains(where: { $0 != 0 }) || text.count - start <= scale {
            var rest = 0
            for index in number.indices {
                let dividend = rest << 8 | Int(number[index])
                number[index] = UInt8(dividend / 10)
                rest = dividend % 10
            }
            text.append(UInt8(ascii: "0") + UInt8(rest))
        }
        text[start...].reverse()
        point(scale, start, &text)
    }

    /// Puts the point before the last `scale` digits of those from `start`, which are more.
    private static func point(_ scale: Int, _ start: Int, _ text: inout [UInt8]) {
        if scale > 0 { text.insert(UInt8(ascii: "."), at: text.count - scale) }
    }
}
