import Foundation
import Parquet
import Testing

@testable import Refinery

@Suite("Score files that are Parquet, written and read")
struct ParquetScoreFileTests {
    @Test("both forms of the same rows have one header and one trailer, and come from each other")
    func roundTrip() throws {
        let fixture = try ScoreFileFixture()
        let lines = try fixture.write(ScoreFileFixture.rows, "scores.jsonl")
        let table = try fixture.write(ScoreFileFixture.rows, "scores.parquet")
        #expect(lines == table)
        let (frame, rows) = try fixture.read("scores.parquet")
        #expect(frame.header == ScoreFileFixture.header())
        #expect(frame.trailer == lines)
        #expect(rows == ScoreFileFixture.rows)
        try fixture.write(rows, "again.jsonl", header: frame.header)
        #expect(try fixture.bytes("again.jsonl") == fixture.bytes("scores.jsonl"))
        try fixture.write(rows, "again.parquet", header: frame.header)
        #expect(try fixture.bytes("again.parquet") == fixture.bytes("scores.parquet"))
    }

    @Test("its metadata carry the first line and the last, as JSONL has them")
    func metadata() throws {
        let fixture = try ScoreFileFixture()
        for rows in [ScoreFileFixture.rows, []] {
            try fixture.write(rows, "scores.jsonl")
            try fixture.write(rows, "scores.parquet")
            let lines = try fixture.bytes("scores.jsonl").split(separator: 0x0A)
            let file = try ParquetFile(path: fixture.path("scores.parquet"))
            #expect(file.rowCount == rows.count)
            #expect(file.metadata("refinery.header") == [Array(lines[0])])
            #expect(file.metadata("refinery.trailer") == [Array(lines[lines.count - 1])])
            #expect(try fixture.read("scores.parquet").1 == rows)
        }
    }

    @Test("cells are typed, and without a value where the row has none")
    func cells() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows, "scores.parquet")
        let cells = try ScoreCells(path: fixture.path("scores.parquet"))
        func cell(_ row: Int, _ column: String) -> ScoreCells.Cell {
            cells.rows[row][cells.place(column)]
        }
        #expect(cell(0, "row") == .words("chunk") && cell(5, "row") == .words("reject"))
        #expect(cell(0, "corpus") == .words("web") && cell(5, "corpus") == .words("web"))
        #expect(cell(0, "domain") == .words("prose") && cell(3, "domain") == .none)
        #expect(cell(0, "document_sha256") == .words(ScoreFileFixture.hash("d1").hexadecimal))
        #expect(cell(1, "line") == .integer(1) && cell(1, "ordinal") == .integer(1))
        #expect(cell(1, "start") == .integer(20) && cell(1, "end") == .integer(33))
        #expect(cell(0, "teacher_nll") == .number(12.5))
        #expect(cell(0, "teacher_repetition") == .number(0.25))
        #expect(cell(0, "reference_top10") == .integer(5))
        #expect(cell(1, "teacher_outcome") == .words("too_short"))
        #expect(cell(1, "teacher_tokens") == .none && cell(1, "reference_tokens") == .integer(7))
        #expect(cell(2, "teacher_top1") == .none && cell(2, "teacher_nll_adapted") == .none)
        #expect(cell(3, "teacher_reason") == .words("log-probs of \"x\"\nare not finite"))
        #expect(cell(4, "id") == .none && cell(5, "id") == .words("d1"))
        #expect(cell(4, "reason") == .words("invalid_json"))
        #expect(cell(5, "detail") == .words("stands") && cell(5, "sha256") == .none)
    }

    @Test("docs/score-files.md has every column, in the file's order")
    func documented() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/score-files.md"), encoding: .utf8)
        let section = try #require(page.split(separator: "### Parquet\n").last)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let names = rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.1) }
        }
        let columns = ScoreFileColumns.all.map(\.name)
        #expect(names == columns.filter { !$0.hasPrefix("reference_") })
        let reference = columns.filter { $0.hasPrefix("reference_") }
        let teacher = columns.filter { $0.hasPrefix("teacher_") }
        #expect(reference.map { $0.dropFirst(10) } == teacher.map { $0.dropFirst(8) })
    }

    @Test("every Double comes back to the bit, and zero has one spelling")
    func numbers() throws {
        let fixture = try ScoreFileFixture()
        var random = SystemRandomNumberGenerator()
        let special: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0.1,
            1e15, 1e16, 1 / 3,
        ]
        let values =
            special
            + (0..<2000).map { _ in
                let value = Double(bitPattern: random.next() & 0x7FFF_FFFF_FFFF_FFFF)
                return value.isFinite ? value : 1
            }
        let rows = values.enumerated().map { line, value in
            ScoreFileRow.chunk(
                ScoreFileFixture.chunk(
                    line: line + 1, teacher: .scored(ScoreFileFixture.sums(value / 1e160))))
        }
        let lines = try fixture.write(rows, "scores.jsonl")
        #expect(try fixture.write(rows, "scores.parquet") == lines)
        #expect(try fixture.read("scores.parquet").1 == fixture.read("scores.jsonl").1)
    }

    @Test("several row groups are read as one")
    func rowGroups() throws {
        let fixture = try ScoreFileFixture()
        let count = 140_000
        let hash = ScoreFileFixture.hash("text")
        let writer = try ScoreFileWriter(
            path: fixture.path("scores.parquet"), header: ScoreFileFixture.header())
        var chunk = ScoreFileFixture.chunk(teacher: .tooShort, reference: .tooShort)
        (chunk.hash, chunk.documentHash) = (hash, hash)
        for line in 1...count {
            chunk.line = line
            try writer.write(.chunk(chunk))
        }
        let trailer = try writer.finish().0
        #expect(try ParquetFile(path: fixture.path("scores.parquet")).rowGroupCount == 2)
        var line = 0
        let frame = try ScoreFileReader(path: fixture.path("scores.parquet")).read { row in
            guard case .chunk(let chunk) = row else { return }
            line += chunk.line == line + 1 ? 1 : 0
        }
        #expect(frame.trailer == trailer && line == count)
    }

    @Test("a row may be as long as a line, and no longer")
    func longRows() throws {
        let fixture = try ScoreFileFixture()
        func rows(_ bytes: Int) -> [ScoreFileRow] {
            let id = String(repeating: "é", count: bytes / 2)
            return (1...3).map { .chunk(ScoreFileFixture.chunk(line: $0, id: id)) }
        }
        let long = rows(ScoreFileWriter.longestLine - 2000)
        let trailer = try fixture.write(long, "scores.parquet")
        #expect(try fixture.read("scores.parquet").0.trailer == trailer)
        #expect(throws: RefineryError.self) {
            try fixture.write(rows(ScoreFileWriter.longestLine), "none.parquet")
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.path("none.parquet")))
    }

    @Test("the writer leaves nothing behind where it did not finish, or where a row has no place")
    func unfinished() throws {
        let fixture = try ScoreFileFixture()
        do {
            let writer = try ScoreFileWriter(
                path: fixture.path("scores.parquet"), header: ScoreFileFixture.header())
            try writer.write(ScoreFileFixture.rows[0])
        }
        #expect(throws: RefineryError.self) {
            try fixture.write([ScoreFileFixture.rows[5], ScoreFileFixture.rows[0]], "s.parquet")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == [])
    }

    @Test("the header is read without a row")
    func header() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows, "scores.parquet")
        var bytes = try fixture.bytes("scores.parquet")
        // The first page is damaged.
        for place in 8..<40 { bytes[place] ^= 0xFF }
        try Data(bytes).write(to: URL(fileURLWithPath: fixture.path("scores.parquet")))
        let reader = ScoreFileReader(path: fixture.path("scores.parquet"))
        #expect(try reader.header() == ScoreFileFixture.header())
        #expect(throws: RefineryError.self) { try reader.read() }
    }
}
