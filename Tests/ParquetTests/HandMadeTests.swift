import CLZ4
import Testing

@testable import Parquet

/// Files that no writer of today makes: outdated forms that are read, and lies that are refused.
@Suite struct HandMadeTests {
    /// Four INT32.
    private static let four: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]

    private func file(_ change: (inout HandMade) -> Void = { _ in }) -> HandMade {
        var file = HandMade()
        file.rows = 4
        file.pages = [HandMade.Page(valueCount: 4, body: Self.four)]
        change(&file)
        return file
    }

    private func values(_ file: HandMade) throws -> [String?] {
        try ScratchFile.with(file.bytes()) { try Fixture.read($0) }.map { $0[0] }
    }

    private func refusal(_ change: (inout HandMade) -> Void) -> String {
        refusal(of: file(change).bytes())
    }

    private func refusal(of bytes: [UInt8]) -> String {
        ScratchFile.with(bytes) { HostileTests.read($0)?.reason ?? "read" }
    }

    private static func lz4(_ bytes: [UInt8]) -> [UInt8] {
        var output = [CChar](repeating: 0, count: bytes.count + 64)
        let size = LZ4_compress_default(
            bytes.map(CChar.init(bitPattern:)), &output, CInt(bytes.count), CInt(output.count))
        return output.prefix(Int(size)).map(UInt8.init(bitPattern:))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
    }

    @Test("a plain file reads back")
    func plain() throws {
        #expect(try values(file()) == ["1", "2", "3", "-1"])
    }

    @Test("LZ4 in Hadoop's framing, in several blocks and pieces, and bare")
    func hadoop() throws {
        let (first, second) = (Array(Self.four.prefix(8)), Array(Self.four.dropFirst(8)))
        let (half, rest) = (Self.lz4(first), Self.lz4(second))
        let whole = Self.lz4(Self.four)
        let bodies = [
            Self.bigEndian(16) + Self.bigEndian(whole.count) + whole,
            Self.bigEndian(8) + Self.bigEndian(half.count) + half + Self.bigEndian(8)
                + Self.bigEndian(rest.count) + rest,
            Self.bigEndian(16) + Self.bigEndian(half.count) + half + Self.bigEndian(rest.count)
                + rest,
            whole,
        ]
        for body in bodies {
            let file = file {
                $0.codec = 5
                $0.pages[0].uncompressedSize = 16
                $0.pages[0].body = body
            }
            #expect(try values(file) == ["1", "2", "3", "-1"])
            for size in 0..<body.count {
                #expect(
                    refusal {
                        $0.codec = 5
                        $0.pages[0].uncompressedSize = 16
                        $0.pages[0].body = Array(body.prefix(size))
                    } != "read")
            }
        }
    }

    @Test("the deprecated BIT_PACKED levels, the highest bit first")
    func bitPacked() throws {
        let optional = file {
            $0.schema[0].repetition = 1
            $0.rows = 6
            $0.pages[0].valueCount = 6
            $0.pages[0].levelEncoding = 4
            $0.pages[0].body = [0b1010_1100] + Self.four
        }
        #expect(try values(optional) == ["1", nil, "2", nil, "3", "-1"])
    }

    @Test("a page of nulls only without anything behind its levels")
    func onlyNulls() throws {
        let optional = file {
            $0.schema[0].repetition = 1
            $0.pages[0].encoding = 8
            $0.pages[0].body = [2, 0, 0, 0, 4 << 1, 0]
        }
        #expect(try values(optional) == [nil, nil, nil, nil])
    }

    @Test("a dictionary of width 0, an index page and pages without values")
    func dictionary() throws {
        let words = file {
            $0.dictionaryOffset = 0
            $0.pages = [
                HandMade.Page(type: 2, valueCount: 1, encoding: 2, body: [7, 0, 0, 0]),
                HandMade.Page(type: 1, body: [1, 2, 3]),
                HandMade.Page(valueCount: 0, encoding: 2),
                HandMade.Page(valueCount: 4, encoding: 2, body: [0, 4 << 1]),
            ]
        }
        #expect(try values(words) == ["7", "7", "7", "7"])
    }

    @Test("what is encrypted, elsewhere, or in a codec that is not read is refused by name")
    func refused() {
        #expect(refusal { $0.isEncrypted = true }.contains("encrypted"))
        #expect(refusal { $0.otherFile = "b.parquet" }.contains("in another file"))
        #expect(refusal { $0.codec = 3 }.contains("LZO"))
        #expect(refusal { $0.codec = 9 }.contains("unknown codec 9"))
        #expect(refusal { $0.pages[0].encoding = 10 }.contains("ALP, which is not read"))
        #expect(refusal { $0.pages[0].encoding = 6 }.contains("DELTA_LENGTH_BYTE_ARRAY"))
        #expect(refusal { $0.pages[0].encoding = 77 }.contains("encoded as 77"))
        let magic = Array("PAR1....".utf8) + [0, 0, 0, 0] + Array("PARE".utf8)
        #expect(refusal(of: magic).contains("encrypted"))
    }

    @Test("counts, sizes and offsets that lie")
    func lies() {
        let most = Int(Int32.max)
        #expect(refusal { $0.chunkValues = 5 }.contains("it has 5 values"))
        #expect(refusal { $0.rows = 5 }.contains("ends after 4 of the row group's 5 rows"))
        #expect(refusal { $0.rows = 3 }.contains("a page of 4 values"))
        #expect(refusal { ($0.rows, $0.chunkValues) = (-1, 4) }.contains("group of -1 rows"))
        #expect(refusal { $0.rows = .max }.contains("ends after 4"))
        #expect(refusal { $0.offset = -4 }.contains("are not within"))
        #expect(refusal { $0.offset = 0 }.contains("are not within"))
        #expect(refusal { $0.offset = .max }.contains("are not within"))
        #expect(refusal { $0.size = .max }.contains("are not within"))
        #expect(refusal { $0.size = -2 }.contains("without type, codec, count or size"))
        #expect(refusal { $0.chunkType = 2 }.contains("in the schema 1"))
        #expect(refusal { $0.pages[0].valueCount = most }.contains("4 rows left"))
        #expect(refusal { $0.pages[0].valueCount = -1 }.contains("-1 values"))
        #expect(refusal { $0.pages[0].compressedSize = most }.contains("a page of \(most) bytes"))
        #expect(refusal { $0.pages[0].compressedSize = -1 }.contains("-1 bytes"))
        #expect(refusal { $0.pages[0].uncompressedSize = 15 }.contains("header says 15"))
        #expect(refusal { $0.pages[0].uncompressedSize = most }.contains("at most 67108864"))
        #expect(refusal { $0.pages[0].checksum = 1 }.contains("checksum"))
        #expect(refusal { $0.pages[0].body.removeLast() }.contains("numbers need 16 bytes"))
        #expect(refusal { $0.typeLength = -1 } == "read")
    }

    @Test("compressed pages that claim what they cannot hold take no memory", arguments: 1...7)
    func bombs(codec: Int) {
        guard codec != 3 else { return }
        let reason = refusal {
            $0.codec = codec
            $0.pages[0].uncompressedSize = 60 << 20
        }
        #expect(reason != "read")
    }

    @Test("a schema that lies")
    func schemas() {
        #expect(refusal { $0.rootChildren = 2 }.contains("ends too early"))
        #expect(refusal { $0.rootChildren = 0 }.contains("1 fields too many"))
        #expect(refusal { $0.rootChildren = -1 }.contains("1 fields too many"))
        #expect(refusal { $0.rootChildren = .max }.contains("ends too early"))
        #expect(refusal { $0.schema = [("g", nil, 0, 9), ("a", 1, 0, 0)] }.contains("9 children"))
        #expect(refusal { $0.schema = [("g", nil, 0, 2), ("a", 1, 0, 0)] }.contains("too early"))
        #expect(refusal { $0.schema = [("g", 1, 0, 1), ("a", 1, 0, 0)] }.contains("both a leaf"))
        // 50,000 groups within each other.
        let deep = (0..<50_000).map {
            (name: "g\($0)", type: Int?.none, repetition: 0, children: 1)
        }
        #expect(refusal { $0.schema = deep + [("a", 1, 0, 0)] } == "read")
        #expect(refusal { $0.schema[0].type = 9 } == "read")
        #expect(refusal { $0.schema[0].repetition = 5 }.contains("repetition type 5"))
    }

    @Test("names in errors are safe to print")
    func names() throws {
        let hostile = file {
            $0.schema[0].name = "\u{1B}[2J" + String(repeating: "x", count: 5000)
            $0.codec = 9
        }
        let error = ScratchFile.with(hostile.bytes()) { HostileTests.read($0) }
        let text = try #require(error).description
        #expect(!text.contains("\u{1B}") && text.count < 3000 && text.contains("u{1B}"))
    }

    @Test("two columns of one name are refused where the name is asked for")
    func sameName() {
        let two = file {
            $0.schema = [("a", 1, 0, 0), ("a", 1, 0, 0)]
            $0.rootChildren = 2
        }
        let error = #expect(throws: ParquetError.self) {
            try ScratchFile.with(two.bytes()) { path in
                try ParquetFile(path: path).reader(columns: ["a"])
            }
        }
        #expect(error?.reason == "2 columns have the name \"a\"")
    }

    @Test("no files: a folder, a pipe, nothing, text")
    func noFiles() {
        #expect(HostileTests.read("/tmp")?.reason.contains("not a file") == true)
        #expect(HostileTests.read("/tmp/is-not-there")?.reason.contains("cannot open") == true)
        #expect(refusal(of: []).contains("empty"))
        #expect(refusal(of: Array("{\"text\": \"no Parquet\"}\n".utf8)).contains("not begin"))
    }
}
