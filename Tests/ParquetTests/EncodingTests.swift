import Testing

@testable import Parquet

/// Decoders by themselves: what the encoder made, and headers and bodies that lie.
@Suite struct EncodingTests {
    private func page(_ bytes: [UInt8]) throws -> PageBytes {
        let memory = try RawMemory(bytes.count)
        for (offset, byte) in bytes.enumerated() {
            memory.base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
        }
        return PageBytes(memory, 0, bytes.count)
    }

    /// What a decoder makes of `bytes`, or why it does not.
    private func decode(
        _ count: Int, _ make: () throws -> any ValueDecoder
    ) -> (words: [UInt64], reason: String) {
        do {
            var decoder = try make()
            let words = try RawMemory(count * 8)
            var done = 0
            while done < count {
                done += try decoder.decode(
                    count - done, to: words.bound(to: UInt64.self) + done)
            }
            return ((0..<count).map { words.bound(to: UInt64.self)[$0] }, "read")
        } catch {
            return ([], (error as? ParquetError)?.reason ?? "\(error)")
        }
    }

    private func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    @Test("runs and packed groups of every width come back", arguments: 0...32)
    func hybrid(width: Int) throws {
        var random = SystemRandomNumberGenerator()
        let largest = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(width)) - 1)
        for count in [1, 7, 8, 9, 100, 1000] {
            var values: [UInt32] = []
            while values.count < count {
                let value = UInt32.random(in: 0...largest, using: &random)
                let length = Bool.random() ? 1 : Int.random(in: 1...40)
                values += [UInt32](repeating: value, count: length)
            }
            values = Array(values.prefix(count))
            var bytes: [UInt8] = []
            HybridEncoder.encode(values, width: width, to: &bytes)
            var decoder = try HybridDecoder(try page(bytes), width: width, "numbers")
            let found = try RawMemory(count * 4)
            var done = 0
            while done < count {
                let some = Int.random(in: 1...count - done)
                try decoder.decode(some, to: found.bound(to: UInt32.self) + done)
                done += some
            }
            #expect((0..<count).map { found.bound(to: UInt32.self)[$0] } == values)
        }
    }

    @Test("numbers of more bits than 32, and runs without bytes, are refused")
    func hybridLies() throws {
        #expect(throws: ParquetError.self) { try HybridDecoder(try page([]), width: 33, "x") }
        for bytes: [UInt8] in [[], [2], [0x80], [3], varint(1 << 40) + [0], [0, 0, 0]] {
            var decoder = try HybridDecoder(try page(bytes), width: 9, "x")
            let target = try RawMemory(400)
            #expect(throws: ParquetError.self) {
                try decoder.decode(100, to: target.bound(to: UInt32.self))
            }
        }
    }

    @Test("deltas: blocks, widths and counts that lie")
    func deltaLies() throws {
        func refusal(_ header: [UInt64], _ rest: [UInt8] = [], count: Int = 40) -> String {
            let bytes = header.flatMap { varint($0) } + rest
            return decode(count) { try DeltaIntegers(try page(bytes), .word) }.reason
        }
        #expect(refusal([128, 4, 40, 0]).contains("need 1 bytes"))
        #expect(refusal([0, 4, 40, 0]).contains("blocks of 0"))
        #expect(refusal([128, 0, 40, 0]).contains("0 miniblocks"))
        #expect(refusal([128, 256, 40, 0]).contains("256 miniblocks"))
        #expect(refusal([128, 3, 40, 0]).contains("3 miniblocks"))
        #expect(refusal([1 << 40, 4, 40, 0]).contains("blocks of"))
        #expect(refusal([128, 4, 1 << 33, 0]).contains("values"))
        #expect(refusal([128, 4, 39, 0]).contains("39 are left of 40"))
        #expect(refusal([128, 4, 40, 0], [0, 65, 0, 0, 0]).contains("65 bits"))
        #expect(refusal([128, 4, 40, 0], [0, 64, 0, 0, 0, 1]).contains("within a miniblock"))
        #expect(refusal([128, 4, 40, 0], [0, 0, 0, 0, 0]) == "read")
        #expect(refusal([128, 4, 1, 0], count: 1) == "read")
    }

    @Test("a block of deltas of 64 bits, and sums that wrap around")
    func wideDeltas() throws {
        // First Int64.max; then min delta 1 and one of 64 bits: -2, so that the sum is max - 1.
        var bytes = varint(8) + varint(1) + varint(3) + varint(UInt64.max - 1) + varint(2) + [64]
        bytes += [UInt8](repeating: 0, count: 8)
        bytes += [0xFD] + [UInt8](repeating: 0xFF, count: 7) + [UInt8](repeating: 0, count: 48)
        let (words, reason) = decode(3) { try DeltaIntegers(try page(bytes), .word) }
        #expect(reason == "read")
        #expect(words.map(Int64.init(bitPattern:)) == [.max, .min, .max - 1])
    }

    @Test("byte arrays whose lengths and prefixes lie")
    func byteArrayLies() throws {
        /// One miniblock of 8 values in 8 bits each, that begin with `first`.
        func deltas(_ first: Int64, count: UInt64 = 1) -> [UInt8] {
            varint(8) + varint(1) + varint(count)
                + varint(UInt64(bitPattern: first << 1 ^ first >> 63))
        }
        func lengths(_ bytes: [UInt8]) -> String {
            decode(1) { try DeltaLengthByteArrays(try page(bytes)) }.reason
        }
        #expect(lengths(deltas(2) + [1]).contains("a value of 2 bytes"))
        #expect(lengths(deltas(-1) + [1]).contains("a value of -1 bytes"))
        #expect(lengths(deltas(.max) + [1]).contains("a value of"))
        #expect(lengths(deltas(1) + [1]) == "read")
        func prefixes(_ bytes: [UInt8], width: Int? = nil) -> String {
            decode(1) { try DeltaByteArrays(try page(bytes), limit: 1, width: width) }.reason
        }
        #expect(prefixes(deltas(0) + deltas(1) + [1]) == "read")
        #expect(prefixes(deltas(1) + deltas(1) + [1]).contains("shares 1 bytes"))
        #expect(prefixes(deltas(-1) + deltas(1) + [1]).contains("shares -1 bytes"))
        #expect(prefixes(deltas(.min) + deltas(1) + [1]).contains("shares"))
        #expect(prefixes(deltas(0) + deltas(1) + [1], width: 2).contains("where each has 2"))
        let plain = decode(1) { PlainByteArrays(try page([2, 0, 0, 0, 1])) }
        #expect(plain.reason == "a value of 2 bytes where the page has 1 left")
        #expect(decode(1) { PlainByteArrays(try page([255, 255, 255, 255, 1])) }.reason != "read")
        #expect(decode(1) { PlainByteArrays(try page([0, 0])) }.reason.contains("needs 4 bytes"))
        let split = decode(1) {
            try ByteStreamSplit(try page([1, 2, 3]), width: 4, form: .signed32)
        }
        #expect(split.reason == "3 bytes are no values of 4 bytes each")
    }
}
