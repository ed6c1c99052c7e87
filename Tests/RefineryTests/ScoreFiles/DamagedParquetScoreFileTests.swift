import Foundation
import Parquet
import Testing

@testable import Refinery

@Suite("Score files that are Parquet and are not to be trusted")
struct DamagedParquetScoreFileTests {
    private let fixture: ScoreFileFixture
    private let good: ScoreCells

    init() throws {
        fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows, "scores.parquet")
        good = try ScoreCells(path: fixture.path("scores.parquet"))
    }

    private func problem(_ cells: ScoreCells) throws -> String? {
        try fixture.problem(try cells.bytes(), "damaged.parquet")
    }

    /// What is said behind the file's name of a file that a test has changed.
    private func problem(_ change: (inout ScoreCells) -> Void) throws -> String {
        var cells = good
        change(&cells)
        let found = try #require(try problem(cells), "it was taken")
        let start = fixture.path("damaged.parquet") + ": "
        #expect(found.hasPrefix(start))
        return String(found.dropFirst(start.count))
    }

    @Test("a file cut anywhere is refused by its name")
    func truncated() throws {
        let bytes = try fixture.bytes("scores.parquet")
        #expect(try fixture.problem(bytes, "cut.parquet") == nil)
        for end in 0..<bytes.count {
            let problem = try fixture.problem(Array(bytes[..<end]), "cut.parquet")
            let found = try #require(problem, "\(end) of \(bytes.count) bytes were taken")
            #expect(found.contains("cut.parquet: "), "\(found)")
        }
    }

    @Test("a file with any byte changed is refused by its name, or is the same file")
    func damaged() throws {
        let bytes = try fixture.bytes("scores.parquet")
        var refused = 0
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x55
            if let problem = try fixture.problem(damaged, "damaged.parquet") {
                #expect(problem.contains("damaged.parquet: "), "byte \(place): \(problem)")
                refused += 1
            } else {
                let (frame, rows) = try fixture.read("damaged.parquet")
                #expect(rows == ScoreFileFixture.rows)
                #expect(frame.header == ScoreFileFixture.header())
            }
        }
        // Statistics, sizes for people and names of writers decide nothing.
        #expect(refused > bytes.count / 2)
    }

    @Test("what is no score file, or not whole, is said")
    func otherFiles() throws {
        #expect(try problem(good) == nil, "cells that nobody changed")
        let missing = ": it is no score file, or not whole"
        #expect(
            try problem { $0.header = [] } == "its metadata have no refinery.header" + missing)
        #expect(
            try problem { $0.trailer = [] } == "its metadata have no refinery.trailer" + missing)
        #expect(
            try problem { $0.header += $0.header }
                == "its metadata have refinery.header twice, or too long")
        #expect(
            try problem { $0.trailer = ["{}"] }
                == "metadata refinery.trailer: the line is no trailer")
        #expect(
            try problem { $0.trailer[0] += " " }
                .hasPrefix("metadata refinery.trailer: expected the end of the line"))
        #expect(
            try problem { $0.header = $0.trailer }
                == "metadata refinery.header: the first line is no header of a score file")
        #expect(
            try problem {
                $0.header[0].replace(#""schema":1"#, with: #""schema":2"#)
            }.hasPrefix("metadata refinery.header: the score file has schema 2"))
        #expect(
            try problem { $0.header[0].replace("refinery test", with: "refinery tent") }
                == "metadata refinery.trailer: the trailer's SHA-256 is not that of the bytes before it"
        )
        try fixture.write(ScoreFileFixture.rows, "lines.jsonl")
        let lines = try fixture.problem(try fixture.bytes("lines.jsonl"), "lines.parquet")
        #expect(lines?.hasSuffix("not a Parquet file: it does not begin with \"PAR1\"") == true)
        for path in [fixture.folder.path + "/none.parquet", fixture.folder.path] {
            let error = #expect(throws: RefineryError.self) {
                try ScoreFileReader(path: path).read()
            }
            #expect(error?.message.hasPrefix("cannot read \(path)") == true)
        }
    }

    @Test("other columns than a score file's are named")
    func columns() throws {
        func change(_ index: Int, _ name: String, _ kind: ParquetWriterColumn.Kind) throws -> String
        {
            try problem {
                $0.columns[index] = ParquetWriterColumn(name, kind, isOptional: true)
                $0.rows = []
            }
        }
        #expect(
            try change(14, "teacher_loss", .double)
                == "column 15 is \"teacher_loss\" (double), expected \"teacher_nll\" (double)")
        #expect(
            try change(14, "teacher_nll", .integer)
                == "column 15 is \"teacher_nll\" (int64), expected \"teacher_nll\" (double)")
        #expect(
            try change(9, "sha256", .boolean)
                == "column 10 is \"sha256\" (boolean), expected \"sha256\" (string)")
        #expect(
            try problem {
                $0.columns.removeLast()
                $0.rows = []
            } == "it has no column \"detail\"")
        #expect(
            try problem {
                $0.columns.append(ParquetWriterColumn("more", .text, isOptional: true))
            } == "the column \"more\" is none of a score file")
    }

    /// What is said of a row, and of a column of it, where that has another value.
    private func problem(
        _ row: Int, _ column: String, _ cell: ScoreCells.Cell
    ) throws -> (row: String, column: String) {
        let found = try problem { $0.rows[row][$0.place(column)] = cell }
        let start = "row \(row + 1): "
        #expect(found.hasPrefix(start), "\(found)")
        let said = String(found.dropFirst(start.count))
        return (said, said.replacing("column \(column): ", with: "", maxReplacements: 1))
    }

    @Test("a value that cannot be is refused, with row and column")
    func values() throws {
        let (whole, finite) = ("a whole number from 0, below 10^18", "a finite number from 0")
        let hash = "it is not 64 lower-case hexadecimal digits"
        let cases: [(Int, String, ScoreCells.Cell, String)] = [
            (0, "row", .words("chonk"), "\"chonk\" is no chunk and no reject"),
            (
                0, "row", .words("\u{1B}[31mred"), "\"\u{FFFD}[31mred\" is no chunk and no reject"
            ),
            (0, "id", .text([0x61, 0xFF]), "not UTF-8 at byte 2"),
            (0, "sha256", .words("ab"), hash),
            (0, "document_sha256", .words(String(repeating: "A", count: 64)), hash),
            (0, "line", .integer(-1), "it is -1, expected \(whole)"),
            (0, "end", .integer(.max), "it is 9223372036854775807, expected \(whole)"),
            (0, "teacher_outcome", .words("lost"), "\"lost\" is no outcome"),
            (0, "teacher_nll", .number(.nan), "it is nan, expected \(finite)"),
            (0, "teacher_nll", .number(-0.0), "it is -0.0, expected \(finite)"),
            (0, "reference_nll", .number(.infinity), "it is inf, expected \(finite)"),
        ]
        for (row, column, cell, words) in cases {
            let said = try problem(row, column, cell)
            #expect(said.column == words && said.row != said.column)
        }
    }

    @Test("a value that is missing, or stands where the row has none, is refused")
    func missing() throws {
        for (row, column) in [
            (0, "row"), (0, "id"), (0, "line"), (0, "sha256"), (0, "teacher_outcome"),
            (0, "teacher_nll"), (3, "teacher_reason"), (4, "reason"), (4, "detail"),
        ] {
            #expect(try problem(row, column, .none).row == "column \(column): it has no value")
        }
        let cases: [(Int, String, ScoreCells.Cell, String)] = [
            (0, "reason", .words("x"), "a chunk"), (4, "sha256", .words("x"), "a reject"),
            (4, "teacher_nll", .number(1), "a reject"),
            (0, "teacher_reason", .words("x"), "a score"),
            (1, "teacher_bytes", .integer(1), "what is too short"),
            (3, "teacher_repetition", .number(0), "a failure"),
        ]
        for (row, column, cell, what) in cases {
            let said = try problem(row, column, cell).row
            #expect(said == "column \(column): it has a value, and the row is \(what)")
        }
    }

    @Test("values that contradict the header or each other are refused")
    func contradictions() throws {
        let cases: [(Int, String, ScoreCells.Cell, String)] = [
            (0, "corpus", .words("wab"), "the row is of another corpus than the header"),
            (0, "corpus", .none, "the row is of another corpus than the header"),
            (0, "id", .words(""), "the document has no id"),
            (0, "end", .integer(0), "the chunk begins at 0 and ends at 0"),
            (0, "ordinal", .integer(1), "the document's first chunk is missing"),
            (0, "teacher_top1", .none, "the teacher's score contradicts itself: tokens 7"),
            (0, "teacher_repetition", .number(1.5), "the teacher's score contradicts itself"),
            (3, "teacher_reason", .words(""), "the teacher's failure has no reason"),
            (4, "reason", .words("invalid_JSON"), "no reason is called invalid_JSON"),
        ]
        for (row, column, cell, words) in cases {
            #expect(try problem(row, column, cell).row.hasPrefix(words))
        }
    }

    @Test("rows out of their order, twice or missing are refused")
    func order() throws {
        func order(_ places: [Int]) throws -> String {
            try problem { cells in cells.rows = places.map { good.rows[$0] } }
        }
        #expect(try order([1, 2]) == "row 1: the document's first chunk is missing")
        #expect(try order([0, 0]) == "row 2: the chunk does not follow on the one before")
        #expect(try order([0, 2, 1]) == "row 3: chunks are not in the order of lines")
        #expect(try order([0, 4, 1]) == "row 3: a chunk stands behind a reject")
        #expect(try order([5, 4]) == "row 2: rejects are not in the order of line and reason")
        #expect(
            try order([0, 1, 2, 3, 4])
                .hasPrefix("metadata refinery.trailer: the trailer counts 3 documents"))
    }

    /// Values that a cell of a kind could be given.
    private static func others(_ kind: ParquetWriterColumn.Kind) -> [ScoreCells.Cell] {
        switch kind {
        case .integer: [0, 1, 2, 9, 1 << 31, 1 << 59, .max, .min].map { .integer($0) }
        case .double: [0, 0.5, 12.5, 1e300, -1, .nan, .infinity, -0.0].map { .number($0) }
        default:
            ["", "chunk", "reject", "scored", "too_short", "failed", "web", "empty_text", "é"]
                .map { .words($0) } + [
                    .words(String(repeating: "a", count: 64)), .text([0xC3]), .text([0]),
                ]
        }
    }

    @Test("any changed cell is refused, and nothing but the trailer tells rows that could be true")
    func changedCells() throws {
        var (refused, possible) = (0, 0)
        for row in good.rows.indices {
            for (place, column) in good.columns.enumerated() {
                for cell in Self.others(column.kind) + [.none] where cell != good.rows[row][place] {
                    var cells = good
                    cells.rows[row][place] = cell
                    let what = Comment(rawValue: "row \(row + 1), \(column.name): \(cell)")
                    let found = try #require(try problem(cells), what)
                    guard found.contains(": metadata refinery.trailer: ") else {
                        // A row that cannot follow is named itself.
                        let rows = [row + 1, row + 2].map { "damaged.parquet: row \($0): " }
                        #expect(rows.contains { found.contains($0) }, "\(found)")
                        refused += 1
                        continue
                    }
                    // With the trailer that it should have it is the file of these rows.
                    var rows: [ScoreFileRow] = []
                    _ = try? ScoreFileReader(path: fixture.path("damaged.parquet")).read {
                        rows.append($0)
                    }
                    try fixture.write(rows, "fitted.parquet")
                    let fitted = try ScoreCells(path: fixture.path("fitted.parquet"))
                    #expect(fitted.rows == cells.rows, what)
                    cells.trailer = fitted.trailer
                    #expect(try problem(cells) == nil, what)
                    possible += 1
                }
            }
        }
        #expect(refused > 100 && possible > 100)
    }
}
