import Refinery
import Testing

@Suite struct ImporterTests {
    private static let lines = (1...300).map { line in
        line % 7 == 0
            ? #"{"id":"d\#(line)","text":"#
            : #"{"id":"d\#(line)","text":"text \#(String(repeating: "wörd ", count: line % 40))"}"#
    }
    private static let plain = Array(lines.joined(separator: "\r\n").utf8)

    private static func half(_ first: Bool) -> [UInt8] {
        // The members meet in the middle of a line.
        first ? Array(plain[..<5000]) : Array(plain[5000...])
    }

    private static func packed(_ compression: Compression) -> [UInt8] {
        switch compression {
        case .none: plain
        case .gzip: gzip(half(true)) + gzip([]) + gzip(half(false)) + [0, 0, 0]
        case .zstd: zstd(half(true)) + zstd([]) + zstd(half(false))
        // Four zero bytes at the end are padding.
        case .xz: xz(half(true)) + xz([]) + xz(half(false)) + [0, 0, 0, 0]
        case .bzip2: bzip2(half(true)) + bzip2([]) + bzip2(half(false))
        }
    }

    @Test(arguments: Compression.allCases)
    func piecesOfAnySizeGiveTheSameDocuments(compression: Compression) throws {
        var options = Importer.Options()
        options.compression = compression
        let whole = try Imported(Self.plain)
        #expect(whole.documents.count == 258 && whole.rejects.count == 42 && whole.lines == 300)
        let bytes = Self.packed(compression)
        var random = TestRandom(seed: 2)
        for limit in [1, 3, 50, 1000, 100_000] {
            let pieces = (0..<97).map { _ in Int.random(in: 1...limit, using: &random) }
            #expect(try Imported(bytes, pieces: pieces, options: options) == whole)
        }
    }

    @Test(arguments: [Compression.gzip, .zstd, .xz, .bzip2], [1, 4, 9, 40])
    func compressedDataThatAreCutShortAreAnErrorThatKeepsWhatCame(
        compression: Compression, missing: Int
    ) throws {
        var options = Importer.Options()
        options.compression = compression
        options.batchCount = 10
        let bytes = compressed(Self.plain, compression)
        var importer = try Importer(file: "f", options: options)
        var documents = 0
        let sink: Importer.Sink = { documents += $0.documents.count }
        try importer.feed(Array(bytes.dropLast(missing)), sink)
        #expect(throws: RefineryError.self) { try importer.finish(sink) }
        try importer.flush(sink)
        #expect(documents > 0 || [.zstd, .bzip2].contains(compression))
        // The line that was being read is no document and no reject.
        #expect(documents + importer.lines / 7 == importer.lines)
    }

    @Test(arguments: [Compression.gzip, .zstd, .xz, .bzip2])
    func `compressed data of 0 bytes are cut short, those of an empty text are not`(
        compression: Compression
    ) throws {
        var options = Importer.Options()
        options.compression = compression
        let error = #expect(throws: RefineryError.self) { try Imported([], options: options) }
        #expect(error?.message.contains("are cut short: there are 0 bytes of them") == true)
        #expect(try Imported(compressed([], compression), options: options).lines == 0)
        options.compression = .none
        #expect(try Imported([], options: options).lines == 0)
    }

    @Test(arguments: [Compression.gzip, .zstd])
    func `a second member that is cut short or no member at all is an error`(
        compression: Compression
    ) throws {
        var options = Importer.Options()
        options.compression = compression
        let pack = compression == .gzip ? gzip : zstd
        let line = Array(#"{"text":"one"}"#.utf8) + [0x0A]
        #expect(try Imported(pack(line) + pack([]), options: options).documents.count == 1)
        for tail in [Array(pack(line).dropLast(3)), Array(pack(line).prefix(2)), [0x78, 0x79]] {
            #expect(throws: RefineryError.self) {
                try Imported(pack(line) + tail, options: options)
            }
        }
    }

    @Test(arguments: [Compression.gzip, .zstd])
    func damagedDataAreAnErrorAndNeverACrash(compression: Compression) throws {
        var options = Importer.Options()
        options.compression = compression
        let bytes = Self.packed(compression)
        var random = TestRandom(seed: 3)
        for _ in 0..<300 {
            var damaged = bytes
            random.mutate(&damaged)
            _ = try? Imported(damaged, options: options)
        }
        #expect(throws: RefineryError.self) {
            try Imported(Array("{}\n{}\n{}\n{}\n".utf8), options: options)
        }
    }

    @Test func batchesAreBoundedByCountAndBytes() throws {
        var options = Importer.Options()
        options.batchCount = 100
        #expect(try Imported(Self.plain, options: options).batchLines == [100, 200, 300])
        options.batchBytes = 1
        #expect(try Imported(Self.plain, options: options).batchLines.count == 258)
    }

    @Test func aBombIsInflatedPieceByPiece() throws {
        var options = Importer.Options()
        options.compression = .zstd
        options.maxLineBytes = 1000
        let result = try Imported(zstd([UInt8](repeating: 0x20, count: 50 << 20)), options: options)
        #expect(result.rejects.map(\.reason) == [.lineTooLong])
    }

    @Test func aTextFileIsOneDocument() throws {
        var options = Importer.Options()
        options.format = .text
        let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = Array("one\r\n\r\ntwo\0\n".utf8)
        let taken = try Imported(bom + text, pieces: [1, 2], options: options)
        #expect(
            taken.documents == [ImportedDocument(id: Array("file.jsonl".utf8), text: text, line: 1)]
        )
        #expect(try Imported([], options: options).rejects.map(\.reason) == [.emptyText])
        #expect(try Imported(bom + [0x20], options: options).rejects.map(\.reason) == [.emptyText])
        #expect(
            try Imported([0x41, 0xFF], options: options).rejects.map(\.reason) == [.invalidUTF8])
        options.maxLineBytes = 5
        #expect(try Imported(text, options: options).rejects.map(\.reason) == [.lineTooLong])
    }
}
