import Testing

@testable import Parquet

/// Metadata made of hostile Thrift.
@Suite struct ThriftTests {
    private func refusal(_ bytes: [UInt8]) -> String {
        do {
            try bytes.withUnsafeBytes { buffer in _ = try FileMetadata(buffer) }
        } catch {
            return (error as? ParquetError)?.reason ?? "\(error)"
        }
        return "read"
    }

    @Test("what the writer writes, the reader reads")
    func roundTrip() throws {
        var writer = ThriftWriter()
        writer.int64(1, .min)
        writer.bool(2, true)
        writer.binary(40, "é".utf8)
        writer.structures(41, Array(0..<20)) { element, value in element.int32(7, value) }
        writer.int16(1000, -5)
        writer.stop()
        try writer.bytes.withUnsafeBytes { buffer in
            var reader = ThriftReader(buffer)
            var last = 0
            let first = try #require(try reader.nextField(after: &last))
            #expect(try reader.integer(first) == .min)
            let second = try #require(try reader.nextField(after: &last))
            #expect(try reader.bool(second))
            let third = try #require(try reader.nextField(after: &last))
            #expect(try third.id == 40 && reader.string(third) == "é")
            let fourth = try #require(try reader.nextField(after: &last))
            #expect(try reader.structures(fourth) == 20)
            for _ in 0..<20 { try reader.skip(.structure) }
            let fifth = try #require(try reader.nextField(after: &last))
            #expect(try fifth.id == 1000 && reader.integer(fifth) == -5)
            #expect(try reader.nextField(after: &last) == nil)
            #expect(reader.remaining == 0)
        }
    }

    @Test("lists of 2^31 and of 2^63 elements where there are a few bytes")
    func lists() {
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x07]
        let larger: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        for count in [huge, larger] {
            // Field 2, the schema, a list of structs; field 9, unknown, of structs, and a map.
            #expect(refusal([0x29, 0xFC] + count + [0]).contains("bytes remain"))
            #expect(refusal([0x99, 0xFC] + count + [0]).contains("bytes remain"))
            #expect(refusal([0x9B] + count + [0xCC, 0]).contains("bytes remain"))
            #expect(refusal([0x98] + count + [0]).contains("bytes remain"))
        }
    }

    @Test("lists of more fields and keys than any file has, in one list or in several")
    func tooMany() {
        // 2^20 empty structs a list: its count as a varint, then a byte each.
        let full: [UInt8] = [0x80, 0x80, 0x40] + [UInt8](repeating: 0, count: 1 << 20)
        #expect(refusal([0x59, 0xFC] + full + [0]) == "read")
        // The second list's field has delta 0, so that its number follows: 5, in zigzag.
        #expect(refusal([0x59, 0xFC] + full + [0x09, 0x0A, 0x1C, 0, 0]).contains("too many"))
        #expect(refusal([0x29, 0xFC] + full + [0x09, 0x04, 0x1C, 0, 0]).contains("too many"))
    }

    @Test("nesting, endless integers, types and fields that are none")
    func damaged() {
        #expect(refusal([]).contains("ends within"))
        #expect(refusal([0x9C] + [UInt8](repeating: 0x1C, count: 100_000)).contains("nested 32"))
        #expect(refusal([0x99] + [UInt8](repeating: 0x19, count: 100_000)).contains("nested 32"))
        #expect(refusal([0x96] + [UInt8](repeating: 0xFF, count: 11)).contains("64 bits"))
        #expect(refusal([0x9F]).contains("type 15"))
        #expect(refusal([0x06, 0x01]).contains("field number -1"))
        #expect(refusal([UInt8](repeating: 0xF1, count: 3000)).contains("field number"))
        #expect(refusal([0x26, 0x00, 0x00]).contains("field 2 is no list"))
        #expect(refusal([0x29, 0x15, 0x00, 0x00]).contains("list of structs"))
        #expect(refusal([0x49, 0x1C, 0x00, 0x00]).contains("a row group of -1 rows"))
    }

    @Test("a million empty fields of a schema, or more")
    func manyFields() {
        let count: [UInt8] = [0x81, 0x80, 0x40]  // 2^20 + 1
        let empty = [UInt8](repeating: 0, count: (1 << 20) + 2)
        #expect(refusal([0x29, 0xFC] + count + empty).contains("too many"))
    }
}
