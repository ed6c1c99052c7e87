import Foundation
import Testing

@testable import Refinery

@Suite("Rows between daemon and client")
struct OutputRowTests {
    private static func row(_ text: String, fields: String? = nil) -> OutputRow {
        OutputRow(
            ExportRow(
                chunkID: 7, documentID: 5, document: Array("a\"b\\ä".utf8), ordinal: 2,
                text: Array(text.utf8), domain: nil, score: 0.1, teacherNLL: 12,
                referenceNLL: 1e-7, tokens: 9, rank: 3, range: 4..<40, isFinal: true,
                fields: fields.map { Array($0.utf8) }))
    }

    private static func line(_ row: OutputRow, keepFields: Bool) -> [UInt8] {
        var json = JSONBytes()
        row.write(to: &json, keepFields: keepFields)
        return json.bytes.dropLast()
    }

    @Test(
        "A row is read as it was written",
        arguments: [
            "", "line\nå\u{1}\t\0\u{1f}😀/\u{7f}\u{2028}\"\\", String(repeating: "ü", count: 9999),
        ],
        [nil, "{\"x\": [1.50, {\"y\": null}]}"])
    func roundTrip(text: String, fields: String?) throws {
        for keepFields in [true, false] where keepFields || fields == nil {
            let row = Self.row(text, fields: fields)
            let line = Self.line(row, keepFields: keepFields)
            let read = try line.withUnsafeBytes {
                try OutputRow(RowLine($0, keepFields: keepFields))
            }
            #expect(read == row)
            #expect(Self.line(read, keepFields: keepFields) == line)
        }
    }

    @Test("Fields as deep as a corpus's line may be are read")
    func deepFields() throws {
        let levels = JSONScanner.maxDepth - 1
        let deep = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let row = Self.row("text", fields: "{\"x\":\(deep)}")
        let line = Self.line(row, keepFields: true)
        #expect(try line.withUnsafeBytes { try OutputRow(RowLine($0, keepFields: true)) } == row)
        let deeper = Self.line(Self.row("text", fields: "{\"x\":[\(deep)]}"), keepFields: true)
        #expect(throws: RefineryError.self) {
            try deeper.withUnsafeBytes { try OutputRow(RowLine($0, keepFields: true)) }
        }
    }

    @Test("Whatever is cut off or missing is refused")
    func damaged() throws {
        let line = Self.line(Self.row("text"), keepFields: false)
        for count in 0..<line.count {
            #expect(throws: RefineryError.self, "\(count) bytes") {
                _ = try line[..<count].withUnsafeBytes {
                    try OutputRow(RowLine($0, keepFields: false))
                }
            }
        }
        let text = String(decoding: line, as: UTF8.self)
        for (from, to) in [
            ("\"rank\"", "\"place\""), ("\"tokens\":9", "\"tokens\":-9"),
            ("\"tokens\":9", "\"tokens\":9e99"), ("\"score\":0.1", "\"score\":1e999"),
            ("\"final\":true", "\"final\":1"), ("\"start\":4", "\"start\":41"),
            ("\"text\":\"text\"", "\"text\":null"), ("}", ",\"more\":1}"),
        ] {
            let changed = Array(text.replacing(from, with: to).utf8)
            #expect(throws: RefineryError.self, "\(to)") {
                _ = try changed.withUnsafeBytes { try OutputRow(RowLine($0, keepFields: false)) }
            }
        }
    }
}
