import Foundation
import GRDB
import Testing

@testable import Refinery

/// Columns that users bring along: what is taken, and what rules make of it.
struct ImportedColumnTests {
    /// Documents a, b and c of three chunks each, and d, the same text as a.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add([
            .test("a", "one|two|three|"), .test("b", "four|five|six|"),
            .test("c", "seven|eight|nine|"), .test("d", "one|two|three|"),
        ])
        try test.chunkAll()
        try test.score()
        return test
    }

    private func values(_ test: TestStore, _ rule: SelectionRule? = nil) throws -> [String] {
        var found: [String] = []
        try test.store.listScores(rule ?? SelectionRule(size: .topK(1))) { row in
            let values = row.imported.map { value in
                switch value {
                case .number(let number): "\(number)"
                case .category(let name): String(decoding: name, as: UTF8.self)
                case nil: "-"
                }
            }
            found.append(
                String(decoding: row.document, as: UTF8.self)
                    + (row.ordinal.map(String.init) ?? "") + " " + values.joined(separator: " "))
        }
        return found
    }

    private func rejects(_ test: TestStore) throws -> [String] {
        var found: [String] = []
        try test.store.rejects { found.append("\($0.file):\($0.line) \($0.reason.rawValue)") }
        return found
    }

    @Test func `a value is a chunk's, or without a chunk its document's`() throws {
        let test = try filled()
        let summary = try test.importColumn(
            "mates",
            """
            {"id": "a", "value": 0.5}
            {"id": "b", "chunk": 1, "value": -2}

            {"id": "c", "chunk": null, "value": 1e3}
            """)
        #expect(summary.added == 7 && summary.rejected == 0 && summary.kind == .number)
        #expect(summary.lines == 4 && summary.unchanged == 0)
        // d's chunks are a's duplicates and have no values of their own
        #expect(
            try values(test) == [
                "a0 0.5", "a1 0.5", "a2 0.5", "b0 -", "b1 -2.0", "b2 -", "c0 1000.0", "c1 1000.0",
                "c2 1000.0", "d0 0.5", "d1 0.5", "d2 0.5",
            ])
        try test.importColumn("mates", #"{"id": "d", "chunk": 0, "value": 9}"#)
        #expect(try values(test).suffix(3) == ["d0 9.0", "d1 0.5", "d2 0.5"])
        var rule = SelectionRule(size: .topK(1))
        rule.unit = .document
        // d0 has 4 tokens of 14
        #expect(
            try values(test, rule) == ["a 0.5", "b -", "c 1000.0", "d \((4 * 9 + 10 * 0.5) / 14)"])
        #expect(try test.store.columns().map(\.values) == [8])
    }

    @Test func `lines that cannot be taken are named, counted and set aside`() throws {
        let test = try filled()
        try test.add([.test("uncut", "text")])
        let summary = try test.importColumn(
            "mates",
            """
            {"id": "a", "value": 1}
            {"id": "nobody", "value": 1}
            {"id": "a", "chunk": 3, "value": 1}
            {"id": "uncut", "value": 1}
            {"id": "a", "value": 2}
            {"id": "a", "value": "good"}
            {"id": "a", "value": 1e999}
            {"id": "a", "value": true}
            {"id": "a", "value": null}
            {"id": "a"}
            {"value": 1}
            {"id": 1.5, "value": 1}
            {"id": "a", "chunk": -1, "value": 1}
            {"id": "a", "chunk": 0.5, "value": 1}
            {"id": "a", "chunk": "0", "value": 1}
            {"id": "a", "value": 1
            [1]
            {"id": "a", "value": 1}
            """, file: "v")
        let reasons = [
            "unknown_document", "unknown_chunk", "not_cut", "duplicate_value", "wrong_type",
            "wrong_type", "wrong_type", "missing_value", "missing_value", "missing_id",
            "wrong_type", "wrong_type", "wrong_type", "wrong_type", "invalid_json",
            "not_an_object",
        ]
        #expect(
            try rejects(test)
                == reasons.enumerated().map { "v (column mates):\($0 + 2) \($1)" }.sorted {
                    // those of the parser are recorded behind those of the store, batch by batch
                    rank($0) < rank($1)
                })
        #expect(summary.rejected == Int64(reasons.count))
        #expect(summary.added == 3 && summary.unchanged == 3 && summary.lines == 18)
        #expect(try test.store.status().corpora[0].rejects == reasons.count)
    }

    private func rank(_ line: String) -> Int {
        let number = Int(line.drop { $0 != ":" }.dropFirst().prefix { $0.isNumber }) ?? 0
        return number <= 6 ? number : number + 100
    }

    @Test func `importing again adds nothing, and replaces where it is asked to`() throws {
        let test = try filled()
        let lines = #"{"id": "a", "value": 1}"# + "\n" + #"{"id": "b", "value": 2}"#
        let first = try test.importColumn("mates", lines)
        let again = try test.importColumn("mates", lines)
        #expect(again.added == 0 && again.unchanged == 6 && again.sha256 == first.sha256)
        #expect(try test.store.columns()[0].files.count == 1)
        let other = try test.importColumn("mates", #"{"id": "a", "value": 3}"#) {
            $0.replace = true
        }
        #expect(other.replaced == 3 && other.rejected == 0)
        #expect(try test.store.columns()[0].files.count == 2)
        #expect(try values(test).first == "a0 3.0")
    }

    @Test func `a column that was not imported whole is not used`() throws {
        let test = try filled()
        let rule = try { () throws -> SelectionRule in
            var rule = SelectionRule(size: .topK(2))
            rule.score = .column(.imported("mates"))
            return rule
        }()
        var job = try ColumnImportJob(
            store: test.store, .init(column: "mates", corpus: "default", file: "v"))
        #expect(throws: RefineryError.self) {
            try test.importColumn("mates", #"{"id": "a", "value": 1}"#, file: "w")
        }
        try Array((#"{"id": "a", "value": 1}"# + "\n").utf8).withUnsafeBytes { try job.feed($0) }
        #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(throws: RefineryError.self) { try test.store.deleteColumn("mates") }
        try job.fail("the connection broke")
        let error = #expect(throws: RefineryError.self) { try test.store.checkColumns(rule) }
        #expect(error?.message.contains("did not come to its end") == true)
        // another file would hide that
        let file = #"{"id": "a", "value": 1}"# + "\n" + #"{"id": "b", "value": 2}"# + "\n"
        for (what, lines, change) in [
            ("another first line", file.replacing("1", with: "3"), { _ in }),
            ("no line", "", { _ in }),
            ("another field", file, { $0.valueField = "chunk" }),
            ("replacing", file, { $0.replace = true }),
        ] as [(String, String, (inout ColumnImportJob.Order) -> Void)] {
            let error = #expect(throws: RefineryError.self, "\(what)") {
                try test.importColumn("mates", lines, file: "v", change)
            }
            #expect(error?.message.contains("is not the file") == true, "\(what)")
            #expect(throws: RefineryError.self) { try test.store.checkColumns(rule) }
        }
        #expect(try rejects(test).isEmpty)
        // The digest tells, whatever the file is called now.
        let resumed = try test.importColumn("mates", file, file: "moved/v")
        #expect(resumed.resumed == 1 && resumed.added == 3 && resumed.lines == 2)
        let lacking = #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(lacking?.message.hasPrefix("3 of the candidates have no mates") == true)
        var filtered = rule
        filtered.ranges = [try ColumnRange("mates=..")]
        let made = try test.store.select(filtered)
        #expect(made.candidates == 6 && made.minScore == 2)
        #expect(made.removals?.first == Removal(by: "where mates=..", items: 3, tokens: 17))
        #expect(made.columns?.map(\.name) == ["mates"])
        #expect(made.columns?.first?.files.map(\.file) == ["moved/v"])
        #expect(try test.store.selections().last == made)
    }

    @Test func `numbers and categories each have their place`() throws {
        let test = try filled()
        try test.importColumn("topic", #"{"id": "a", "value": "é"}"#)
        try test.importColumn("mates", #"{"id": "a", "value": 1}"#)
        func refused(_ change: (inout SelectionRule) throws -> Void) throws -> String? {
            var rule = SelectionRule(size: .topK(1))
            try change(&rule)
            return #expect(throws: RefineryError.self) { try test.store.select(rule) }?.message
        }
        #expect(
            try refused { $0.score = .column(.imported("topic")) }?.contains("categories") == true)
        #expect(
            try refused { $0.ranges = [try ColumnRange("topic=0..1")] }?.contains("categories")
                == true)
        #expect(
            try refused { $0.mix = Mix(nil, by: .imported("mates")) }?.contains("numbers") == true)
        #expect(try refused { $0.mix = Mix(nil, by: .tokens) }?.contains("a number") == true)
        #expect(
            try refused { $0.mix = Mix(try Mix.parts("x=1"), by: .imported("topic")) }?
                .contains("no category \"x\"") == true)
        let unknown = try refused { $0.score = .column(.imported("diference")) }
        #expect(unknown == "there is no column \"diference\"")
        // Composed and decomposed are two names.
        try test.importColumn("topic", "{\"id\": \"b\", \"value\": \"e\u{301}\"}")
        #expect(try test.store.columns(named: "topic").last?.largest?.map(\.chunks) == [3, 3])
    }

    @Test func `names that mean something else are no columns`() {
        for name in [
            "difference", "Difference", "chunk", "", "1a", "a:b", "a,b", "a=b", "a b", "ä", "x\0",
        ] {
            #expect(!Column.canBeImported(name), "\(name)")
        }
        #expect(!Column.canBeImported(String(repeating: "x", count: 65)))
        for name in ["mates", "qurating-1.3B", "_x", "MATES"] {
            #expect(Column.canBeImported(name), "\(name)")
        }
    }

    @Test func `values go with their chunks and stay with heirs and selections`() throws {
        let test = try filled()
        try test.importColumn("mates", #"{"id": "a", "value": 1}"#)
        try test.importColumn("mates", #"{"id": "b", "value": 2}"#)
        // b is held by a selection, a is not; d inherits a's scores and values
        var rule = SelectionRule(size: .topK(3))
        rule.ranges = [try ColumnRange("mates=2..2")]
        let made = try test.store.select(rule)
        #expect(made.keptChunks == 3)
        try test.store.pool.write { db in
            var tally = Tally()
            try DocumentRemoval(db).remove(document: 1, &tally)
            try DocumentRemoval(db).remove(document: 2, &tally)
            try tally.write(db)
        }
        #expect(
            try values(test) == ["c0 -", "c1 -", "c2 -", "d0 1.0", "d1 1.0", "d2 1.0"])
        #expect(try test.count("SELECT count(*) FROM column_value") == 6)
        try test.store.deleteSelection(made.id)
        #expect(try test.count("SELECT count(*) FROM column_value") == 3)
        try test.store.deleteColumn("mates")
        #expect(try test.count("SELECT count(*) FROM column_value") == 0)
        #expect(try test.store.columns().isEmpty)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `a column of a deleted name is missed by what reads it`() throws {
        let test = try filled()
        try test.importColumn("mates", #"{"id": "a", "value": 1}"#)
        var rule = SelectionRule(size: .topK(1))
        rule.ranges = [try ColumnRange("mates=1..")]
        let made = try test.store.select(rule, name: "s")
        try test.store.deleteColumn("mates")
        #expect(try test.export(made.id, .score).count == 1)
        #expect(throws: RefineryError.self) { try test.store.explain(chunk: 1, selection: "s") }
    }

    @Test func `more columns than an item carries are refused everywhere`() throws {
        let test = try filled()
        var rule = SelectionRule(size: .topK(1))
        for name in ["c1", "c2", "c3", "c4", "c5"] {
            try test.importColumn(name, #"{"id": "a", "value": 1}"#)
            rule.ranges.append(try ColumnRange(name + "=.."))
        }
        for refused in [
            { try test.store.checkListing(rule) }, { try test.store.listScores(rule) { _ in } },
            { _ = try test.store.select(rule) },
        ] {
            let error = #expect(throws: RefineryError.self) { try refused() }
            #expect(error?.message == "more than 4 imported columns in one rule")
        }
        rule.ranges.removeLast()
        #expect(try test.store.select(rule).candidates == 3)
        // A listing shows them all.
        #expect(try values(test).first == "a0 1.0 1.0 1.0 1.0 1.0")
    }

    @Test func `numbers and names at their limits`() throws {
        let test = try filled()
        let long = String(repeating: "x", count: 257)
        let numbers = try test.importColumn(
            "big",
            [
                #"{"id": "a", "chunk": 0, "value": 1e100}"#,
                #"{"id": "a", "chunk": 1, "value": -1e100}"#,
                #"{"id": "a", "chunk": 2, "value": 1.1e100}"#,
                #"{"id": "a", "chunk": 2, "value": "1"}"#,
            ].joined(separator: "\n"))
        #expect(numbers.added == 2 && numbers.rejected == 2)
        let names = try test.importColumn(
            "topic",
            ["", long, "(none)", "(other)", String(long.dropLast())].map {
                #"{"id": "a", "value": "\#($0)"}"#
            }.joined(separator: "\n") + "\n" + #"{"id": "b", "value": 7}"#)
        #expect(names.added == 3 && names.rejected == 5)
        #expect(
            Set(try rejects(test).map { $0.split(separator: " ").last ?? "" }) == ["wrong_type"])
        for score in ["big", "big:1", "difference:1,big:2"] {
            var rule = SelectionRule(size: .topK(1))
            rule.score = try ScoreExpression(score)
            rule.ranges = [try ColumnRange("big=..")]
            let made = try test.store.select(rule, name: score)
            #expect(made.minScore?.isFinite == true && made.minScore != 0, "\(score)")
            let report = try test.store.report(selection: score)
            #expect(!ReportPage.render(report, tokens: [:]).isEmpty)
        }
        // An open range asks for nothing but a value, of a category, too.
        var rule = SelectionRule(size: .topK(1))
        rule.ranges = [try ColumnRange("topic=..")]
        #expect(try test.store.select(rule).candidates == 3)
    }

    @Test func `two columns from one file keep their rejects apart, and a new import forgets`()
        throws
    {
        let test = try filled()
        let lines = #"{"id": "a", "x": 1}"# + "\n" + #"{"id": "nobody", "x": 1, "y": 2}"#
        try test.importColumn("x", lines, file: "v") { $0.valueField = "x" }
        try test.importColumn("y", lines, file: "v") { $0.valueField = "y" }
        #expect(
            try rejects(test) == [
                "v (column x):2 unknown_document", "v (column y):2 unknown_document",
                "v (column y):1 missing_value",
            ])
        #expect(try test.store.status().corpora[0].rejects == 3)
        // y got nothing and is gone
        #expect(try test.store.columns().map(\.name) == ["x"])
        try test.add([.test("nobody", "text|")])
        try test.chunkAll()
        try test.score()
        try test.importColumn("x", lines, file: "v") { $0.valueField = "x" }
        #expect(try rejects(test).count == 2)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `an heir with a value of its own leaves its siblings theirs`() throws {
        let test = try filled()
        try test.add([.test("e", "one|two|three|")])
        try test.chunkAll()
        try test.importColumn("mates", #"{"id": "a", "value": 1}"#)
        try test.importColumn("mates", #"{"id": "d", "value": 9}"#)
        try test.store.write { db in
            var tally = Tally()
            try DocumentRemoval(db).remove(document: 1, &tally)
            try tally.write(db)
        }
        #expect(
            try values(test).suffix(6) == [
                "d0 9.0", "d1 9.0", "d2 9.0", "e0 1.0", "e1 1.0", "e2 1.0",
            ])
    }

    @Test func `a job that could not record its end does not hold its column`() throws {
        let test = try filled()
        do {
            var job = try ColumnImportJob(
                store: test.store, .init(column: "mates", corpus: "default", file: "v"))
            try Array((#"{"id": "a", "value": 1}"# + "\n").utf8).withUnsafeBytes {
                try job.feed($0)
            }
            #expect(throws: RefineryError.self) { try test.store.deleteColumn("mates") }
            _ = job
        }
        // It ended without a word; its row still says that it runs.
        #expect(try test.store.jobs().first?.state == .running)
        try test.importColumn("mates", #"{"id": "a", "value": 1}"#)
        #expect(try test.store.jobs().map(\.state).prefix(2) == [.succeeded, .failed])
        try test.store.deleteColumn("mates")
    }
}
