import Foundation
import Parquet
import Testing

@testable import Refinery

/// Parquet files on their way into a corpus.
struct ParquetLinesTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/parquet").path

    /// A file of these rows: id, text, domain, a number and a flag; a nil id or domain is null.
    private func file(_ rows: [(id: Int64?, text: String, domain: String?)]) throws -> String {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "lines-\(UUID().uuidString).parquet").path
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let writer = try ParquetWriter(columns: [
            ParquetWriterColumn("id", .integer, isOptional: true),
            ParquetWriterColumn("text", .text),
            ParquetWriterColumn("domain", .text, isOptional: true),
            ParquetWriterColumn("language_score", .double), ParquetWriterColumn("clean", .boolean),
        ]) { try handle.write(contentsOf: $0) }
        for (place, row) in rows.enumerated() {
            if let id = row.id { try writer.set(0, integer: id) }
            try writer.set(1, text: row.text)
            if let domain = row.domain { try writer.set(2, text: domain) }
            try writer.set(3, double: place == 1 ? .nan : Double(place) + 0.5)
            try writer.set(4, boolean: place % 2 == 0)
            try writer.endRow()
        }
        _ = try writer.finish()
        try handle.close()
        return path
    }

    private func lines(
        _ path: String, _ fields: FieldNames = FieldNames(), keepsOthers: Bool = true
    ) throws -> (lines: [String], skipped: [String]) {
        var reader = try ParquetLines(path: path, fields: fields, keepsOthers: keepsOthers)
        var text: [UInt8] = []
        while let piece = try reader.piece() {
            #expect(piece.last == UInt8(ascii: "\n"))
            text += piece
        }
        #expect(reader.share == 1)
        return (
            String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init),
            reader.skipped
        )
    }

    @Test func `a row is a line with every flat column, null left out and NaN as null`() throws {
        let path = try file([
            (7, "Say \"ä\"\n\u{1}", "web"), (nil, "second", nil),
        ])
        #expect(
            try lines(path).lines == [
                #"{"id":7,"text":"Say \"ä\"\n\u0001","domain":"web","language_score":0.5,"clean":true}"#,
                #"{"text":"second","language_score":null,"clean":false}"#,
            ])
        #expect(
            try lines(path, keepsOthers: false).lines.last == #"{"text":"second"}"#)
    }

    @Test func `rows become documents of a store, and a row without text a reject with its number`()
        throws
    {
        let test = try TestStore()
        let path = try file([(1, "one", "a"), (nil, "two", nil), (3, " ", "b")])
        let source = try #require(CorpusSource(path: path, displayName: "x.parquet"))
        #expect(source.isParquet && source.format == .jsonl && source.compression == .none)
        var reader = try ParquetLines(path: path, fields: FieldNames(), keepsOthers: true)
        var job = try ImportJob(
            store: test.store, corpus: "c", file: source.displayName, options: Importer.Options(),
            replace: false)
        let summary = try job.run { try reader.piece() }
        #expect(summary.added == 2 && summary.rejected == 1 && summary.lines == 3)
        let documents = try test.store.unchunkedDocuments(limit: 10, maxBytes: 1000)
        #expect(documents.map { String(decoding: $0.text, as: UTF8.self) } == ["one", "two"])
        #expect(
            try test.count("SELECT count(*) FROM document WHERE key = CAST('x.parquet:2' AS BLOB)")
                == 1)
        #expect(try test.count("SELECT line FROM reject") == 3)
        #expect(
            try test.count(
                "SELECT count(*) FROM document_text WHERE instr(CAST(fields AS TEXT), 'language_score')"
            )
                == 2)
    }

    @Test(arguments: ["duckdb-zstd-v1", "polars-gzip", "pages", "empty-row-group"])
    func `files of other writers come as their rows`(name: String) throws {
        let path = Self.fixtures + "/\(name).parquet"
        let file = try ParquetFile(path: path)
        let text = try #require(file.columns.first { $0.kind == .text })
        let found = try lines(path, FieldNames(text: text.name)).lines
        #expect(found.count == file.rowCount)
        for line in found {
            #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
        }
    }

    @Test func `a file without the column, and one that is none, are refused by name`() throws {
        let path = try file([(1, "one", nil)])
        let missing = #expect(throws: RefineryError.self) {
            _ = try ParquetLines(
                path: path, fields: FieldNames(text: "content"), keepsOthers: true)
        }
        #expect(missing?.message.contains("there is no column \"content\"") == true)
        #expect(missing?.hint?.contains("\"language_score\"") == true)
        let other = path + ".txt"
        try "no parquet".write(toFile: other, atomically: true, encoding: .utf8)
        #expect(throws: RefineryError.self) {
            _ = try ParquetLines(path: other, fields: FieldNames(), keepsOthers: true)
        }
    }

    @Test func `a damaged file gives its rows up to the damage, then names row group and row`()
        throws
    {
        let path = try file(
            (0..<200_000).map { (Int64($0), "row \($0) \(($0 &* 2_654_435_761) % 999_983)", nil) })
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 0xFF
        let damaged = path + ".damaged.parquet"
        try bytes.write(to: URL(fileURLWithPath: damaged))
        var reader = try ParquetLines(path: damaged, fields: FieldNames(), keepsOthers: false)
        var rows = 0
        let error = #expect(throws: RefineryError.self) {
            while let piece = try reader.piece() { rows += piece.count { $0 == 0x0A } }
        }
        #expect(rows > 0 && rows < 200_000)
        #expect(error?.message.contains("row group 0") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("row \(rows + 1)") == true, "\(error?.message ?? "")")
    }
}
