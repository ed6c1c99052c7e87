import Testing

@testable import Parquet

/// Text of dates, times, decimals and the like, at the edges of their types.
@Suite struct ValueTextTests {
    private func text(_ body: (inout [UInt8]) throws -> Void) rethrows -> String {
        var bytes: [UInt8] = []
        try body(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("dates, at leap days and beyond four digits")
    func dates() {
        let cases: [(Int64, String)] = [
            (0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (-719_528, "0000-01-01"),
            (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"), (2_932_897, "10000-01-01"),
            (Int64(Int32.max), "5881580-07-11"), (Int64(Int32.min), "-5877641-06-23"),
        ]
        for (days, expected) in cases {
            #expect(text { ValueText.append(date: days, to: &$0) } == expected)
        }
    }

    @Test("moments at the ends of 64 bits")
    func moments() {
        func moment(_ value: Int64, _ unit: LogicalType.Unit) -> String {
            text { ValueText.append(timestamp: value, unit, isUTC: true, to: &$0) }
        }
        #expect(moment(-1, .milliseconds) == "1969-12-31T23:59:59.999Z")
        #expect(moment(.max, .nanoseconds) == "2262-04-11T23:47:16.854775807Z")
        #expect(moment(.min, .nanoseconds) == "1677-09-21T00:12:43.145224192Z")
        #expect(moment(.max, .milliseconds) == "292278994-08-17T07:12:55.807Z")
        #expect(moment(.min, .milliseconds) == "-292275055-05-16T16:47:04.192Z")
        #expect(text { ValueText.append(time: -1, .microseconds, to: &$0) } == "23:59:59.999999")
        for bytes in [[UInt8](repeating: 0x80, count: 12), [UInt8](repeating: 0xFF, count: 12)] {
            let written = bytes.withUnsafeBytes { buffer in
                text { ValueText.append(legacyTimestamp: buffer, to: &$0) }
            }
            #expect(written.contains("T"))
        }
    }

    @Test("decimals of no byte, one byte and 64, and too many")
    func decimals() throws {
        func decimal(_ bytes: [UInt8], _ scale: Int) throws -> String {
            try bytes.withUnsafeBytes { buffer in
                try text { try DecimalText.append(buffer, scale: scale, to: &$0) }
            }
        }
        #expect(try decimal([], 0) == "0")
        #expect(try decimal([0x80], 2) == "-1.28")
        #expect(try decimal([0xFF, 0xFF], 3) == "-0.001")
        #expect(try decimal([0x80, 0, 0, 0, 0, 0, 0, 0], 0) == "-9223372036854775808")
        #expect(try decimal([1] + [UInt8](repeating: 0, count: 63), 0).hasPrefix("52374249726338"))
        #expect(throws: ParquetError.self) { try decimal([UInt8](repeating: 1, count: 65), 0) }
        #expect(text { DecimalText.append(.min, scale: 19, to: &$0) } == "-0.9223372036854775808")
        #expect(text { DecimalText.append(7, scale: 0, to: &$0) } == "7")
    }
}
