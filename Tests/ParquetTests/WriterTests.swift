import Foundation
import Testing

@testable import Parquet

/// Files that the writer makes, read back.
@Suite struct WriterTests {
    private static let columns = [
        ParquetWriterColumn("id", .text), ParquetWriterColumn("text", .text, isOptional: true),
        ParquetWriterColumn("domain", .text, isOptional: true),
        ParquetWriterColumn("tokens", .integer),
        ParquetWriterColumn("n", .integer, isOptional: true),
        ParquetWriterColumn("score", .double), ParquetWriterColumn("d", .double, isOptional: true),
        ParquetWriterColumn("final", .boolean),
        ParquetWriterColumn("b", .boolean, isOptional: true),
    ]

    /// Row `index` as `parquet-judge dump` prints it.
    private static func row(_ index: Int) -> [String?] {
        func bits(_ value: Double) -> String {
            value.isNaN ? "nan" : String(value.bitPattern, radix: 16).leftPadded(to: 16)
        }
        return [
            "doc-\(index)", text(index), domain(index), "\(integer(index))",
            index % 5 == 0 ? nil : "\(index)", bits(double(index)),
            index % 7 == 0 ? nil : bits(Double(index)), "\(index % 3 == 0)",
            index % 4 == 0 ? nil : "\(index % 2 == 0)",
        ]
    }

    private static func text(_ index: Int) -> String? {
        index % 11 == 3 ? nil : String(repeating: "Zeile \(index) – ", count: index % 40)
    }

    private static func domain(_ index: Int) -> String? {
        [nil, "web", "code", "", "bücher"][index / 13 % 5]
    }

    private static func integer(_ index: Int) -> Int64 {
        index == 17 ? .min : index == 18 ? .max : Int64(index * index)
    }

    private static func double(_ index: Int) -> Double {
        index == 3 ? .nan : index == 4 ? -.infinity : index == 5 ? -0.0 : Double(index) / 3
    }

    /// The bytes of a file of `count` rows.
    static func file(
        _ count: Int, _ options: ParquetWriter.Options = .init()
    ) throws -> (bytes: [UInt8], summary: ParquetWriter.Summary) {
        var bytes: [UInt8] = []
        let writer = try ParquetWriter(columns: columns, options: options) { bytes += $0 }
        for index in 0..<count {
            try writer.set(0, text: "doc-\(index)")
            if let text = text(index) { try writer.set(1, text: text) }
            if let domain = domain(index) { try writer.set(2, text: domain) }
            try writer.set(3, integer: integer(index))
            if index % 5 != 0 { try writer.set(4, integer: Int64(index)) }
            try writer.set(5, double: double(index))
            if index % 7 != 0 { try writer.set(6, double: Double(index)) }
            try writer.set(7, boolean: index % 3 == 0)
            if index % 4 != 0 { try writer.set(8, boolean: index % 2 == 0) }
            try writer.endRow()
        }
        let summary = try writer.finish()
        return (bytes, summary)
    }

    @Test("what is written is read back", arguments: [0, 1, 7, 8, 9, 1000, 45_000])
    func roundTrip(count: Int) throws {
        let (bytes, summary) = try Self.file(count)
        #expect(summary.rows == count && summary.bytes == bytes.count)
        try ScratchFile.with(bytes) { path in
            let file = try ParquetFile(path: path)
            #expect(file.columns.map(\.isOptional) == Self.columns.map(\.isOptional))
            let rows = try Fixture.read(path)
            #expect(rows.count == count)
            #expect(rows.enumerated().first { $0.element != Self.row($0.offset) } == nil)
        }
    }

    @Test("small pages and row groups have the same values")
    func small() throws {
        var options = ParquetWriter.Options()
        options.pageBytes = 500
        options.rowGroupBytes = 20_000
        let (bytes, summary) = try Self.file(2000, options)
        #expect(summary.rowGroups > 10)
        try ScratchFile.with(bytes) { path in
            let rows = try Fixture.read(path)
            #expect(rows == (0..<2000).map { Self.row($0) })
            let file = try ParquetFile(path: path)
            #expect(file.rowGroupCount == summary.rowGroups)
        }
        options.rowGroupBytes = 1 << 20
        options.rowGroupRows = 7
        #expect(try Self.file(100, options).summary.rowGroups == 15)
    }

    @Test("the same rows make the same bytes")
    func deterministic() throws {
        #expect(try Self.file(3000).bytes == Self.file(3000).bytes)
    }

    @Test("texts that repeat are written through a dictionary, others are not")
    func dictionaries() throws {
        try ScratchFile.with(Self.file(3000).bytes) { path in
            let chunks = try ParquetFile(path: path).rowGroups[0].columns
            #expect(chunks.map { $0.dictionaryOffset > 0 }.prefix(3) == [false, false, true])
        }
        // First they repeat, then they do not: numbers, then plain texts in one chunk.
        var bytes: [UInt8] = []
        let writer = try ParquetWriter(columns: [ParquetWriterColumn("a", .text)]) { bytes += $0 }
        let texts = (0..<60_000).map { $0 < 30_000 ? "word \($0 % 10)" : "another text \($0)" }
        for text in texts {
            try writer.set(0, text: text)
            try writer.endRow()
        }
        _ = try writer.finish()
        try ScratchFile.with(bytes) { path in
            let file = try ParquetFile(path: path)
            #expect(file.rowGroups[0].columns[0].dictionaryOffset > 0)
            let rows = try Fixture.read(path)
            #expect(rows.map { $0[0] } == texts)
        }
    }

    @Test("a value that is longer than a page has one for itself")
    func longValues() throws {
        var bytes: [UInt8] = []
        let writer = try ParquetWriter(columns: [ParquetWriterColumn("a", .text)]) { bytes += $0 }
        let texts = ["a", String(repeating: "b", count: 3 << 20), "c", "", "d"]
        for text in texts {
            try writer.set(0, text: text)
            try writer.endRow()
        }
        _ = try writer.finish()
        let rows = try ScratchFile.with(bytes) { try Fixture.read($0) }
        #expect(rows.map { $0[0] } == texts)
    }

    @Test("what cannot be written is refused")
    func refused() throws {
        let twice = [ParquetWriterColumn("a", .text), ParquetWriterColumn("a", .integer)]
        #expect(throws: ParquetError.self) { try ParquetWriter(columns: twice) { _ in } }
        #expect(throws: ParquetError.self) { try ParquetWriter(columns: []) { _ in } }
        var options = ParquetWriter.Options()
        options.compressionLevel = 99
        #expect(throws: ParquetError.self) {
            try ParquetWriter(columns: Self.columns, options: options) { _ in }
        }
        let writer = try ParquetWriter(columns: Self.columns) { _ in }
        let error = #expect(throws: ParquetError.self) { try writer.endRow() }
        #expect(error?.message == "row 1: the required column \"id\" has no value")
    }

    @Test("keys and values come back in their order, those of the end behind the options'")
    func metadata() throws {
        var bytes: [UInt8] = []
        var options = ParquetWriter.Options()
        options.metadata = [("a", "first"), ("é", ""), ("a", "second")]
        let columns = [ParquetWriterColumn("n", .integer)]
        let writer = try ParquetWriter(columns: columns, options: options) { bytes += $0 }
        try writer.set(0, integer: 7)
        try writer.endRow()
        let long = String(repeating: "long \u{0} ", count: 100_000)
        _ = try writer.finish(metadata: [("a", "third"), ("b", long)])
        try ScratchFile.with(bytes) { path in
            let file = try ParquetFile(path: path)
            #expect(file.size == bytes.count)
            #expect(file.metadata("a") == ["first", "second", "third"].map { Array($0.utf8) })
            #expect(file.metadata("é") == [[]])
            #expect(file.metadata("b") == [Array(long.utf8)])
            // The same letter, spelled in another way, is another key.
            #expect(file.metadata("e\u{301}").isEmpty && file.metadata("").isEmpty)
        }
        try ScratchFile.with(Self.file(1).bytes) { path in
            let file = try ParquetFile(path: path)
            #expect(file.metadata("a").isEmpty)
        }
    }

    @Test("a sink that fails ends the writing")
    func failingSink() throws {
        struct Full: Error {}
        #expect(throws: Full.self) {
            try ParquetWriter(columns: Self.columns) { _ in throw Full() }
        }
    }

    @Test("a file for scripts/judges/parquet_write.py, where PARQUET_WRITTEN names a path")
    func judged() throws {
        guard let path = ProcessInfo.processInfo.environment["PARQUET_WRITTEN"] else { return }
        var options = ParquetWriter.Options()
        options.pageBytes = 20_000
        options.rowGroupBytes = 1 << 20
        options.metadata = [("refinery", "{\"rule\": 1}")]
        try Data(try Self.file(45_000, options).bytes).write(to: URL(fileURLWithPath: path))
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: Swift.max(0, count - self.count)) + self
    }
}
