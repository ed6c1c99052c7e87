import Foundation
import GRDB
import Testing

@testable import Refinery

/// Fields of documents as columns: what is kept, and what rules make of it.
struct FieldColumnTests {
    private static let lines = [
        #"{"id": "a", "text": "one|two|", "score": 0.9, "dump": "x", "meta": {"votes": 3}}"#,
        #"{"id": "b", "text": "three|four|", "score": 0.2, "dump": "y", "ok": true}"#,
        #"{"id": "c", "text": "five|six|", "score": null, "dump": ["x"], "tokens": 7}"#,
        #"{"id": "d", "text": "one|two|", "score": 0.1, "dump": "z", "ok": false}"#,
    ]

    @discardableResult
    private func enqueue(
        _ test: TestStore, _ lines: [String] = Self.lines, keep: String? = nil,
        replace: Bool = false
    ) throws -> ImportSummary {
        var options = Importer.Options()
        options.kept = try keep.map(KeptFields.init) ?? KeptFields()
        var job = try ImportJob(
            store: test.store, corpus: "default", file: "a.jsonl", options: options,
            replace: replace)
        try Array(lines.joined(separator: "\n").utf8).withUnsafeBytes { try job.feed($0) }
        return try job.finish()
    }

    private func filled(keep: String? = nil) throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try enqueue(test, keep: keep)
        try test.chunkAll()
        try test.score()
        return test
    }

    /// The kept documents of a rule, sorted.
    private func kept(_ test: TestStore, where filters: String...) throws -> [String] {
        var rule = SelectionRule(size: .ratio(try DecimalFraction("1")))
        rule.guards = .none
        rule.keepDuplicates = true
        rule.ranges = try filters.map { try ColumnRange($0) }
        let summary = try test.store.select(rule)
        let rows = try test.export(summary.id, .corpus)
        return Array(Set(rows.map { String(decoding: $0.document, as: UTF8.self) })).sorted()
    }

    private func values(_ test: TestStore) throws -> [String] {
        var found: [String] = []
        try test.store.listScores(SelectionRule(size: .topK(1))) { row in
            let values = row.imported.map { value in
                switch value {
                case .number(let number): "\(number)"
                case .category(let name): String(decoding: name, as: UTF8.self)
                case nil: "-"
                }
            }
            found.append(
                String(decoding: row.document, as: UTF8.self) + "\(row.ordinal ?? 0) "
                    + values.joined(separator: " "))
        }
        return found
    }

    @Test func `every chunk has its document's value, a duplicate its own document's`() throws {
        let test = try filled(keep: "score,dump")
        #expect(
            try values(test) == [
                "a0 x 0.9", "a1 x 0.9", "b0 y 0.2", "b1 y 0.2", "c0 - -", "c1 - -", "d0 z 0.1",
                "d1 z 0.1",
            ])
        let columns = try test.store.columns()
        #expect(columns.map(\.name) == ["field.dump", "field.score"])
        #expect(columns.map(\.values) == [3, 3] && columns.map(\.unit) == [.document, .document])
        #expect(
            try test.store.columns(named: "field.dump").first?.largest?.map(\.name) == [
                "x", "y", "z",
            ])
    }

    @Test func `the summary says what became of each field`() throws {
        let test = try TestStore()
        let fields = try #require(
            try enqueue(test, keep: "score,dump,meta.votes,tokens,nothing").fields)
        #expect(fields["score"]?.values == 3 && fields["score"]?.leftOut == 0)
        #expect(fields["dump"]?.values == 3 && fields["dump"]?.leftOut == 1)
        #expect(fields["meta.votes"]?.values == 1)
        #expect(fields["tokens"]?.values == 1)
        #expect(fields["nothing"] == FieldCounts())
    }

    @Test func `ranges and categories filter, and a document without a value goes`() throws {
        let test = try filled(keep: "score,dump,ok")
        #expect(try kept(test, where: "field.score=0.15..") == ["a", "b"])
        #expect(try kept(test, where: "field.dump=x,z") == ["a", "d"])
        #expect(try kept(test, where: "field.dump=x,z", "field.score=..0.5") == ["d"])
        #expect(try kept(test, where: "field.dump=(none)") == ["c"])
        #expect(try kept(test, where: "field.ok=1..") == ["b"])
    }

    @Test func `a rule reads as it was written`() throws {
        for text in ["field.dump=x,z", "field.score=0.15..", "field.score=q0.5..1.0"] {
            #expect(try ColumnRange(text).description == text)
        }
        for text in ["difference=3", "field.dump=", "field.dump=x,", "field.dump"] {
            #expect(throws: RefineryError.self) { try ColumnRange(text) }
        }
    }

    @Test func `what a column does not hold is refused by name`() throws {
        let test = try filled(keep: "score,dump")
        for (filter, words) in [
            ("field.dump=0.5..", "holds categories"), ("field.score=x", "holds numbers"),
            ("field.dump=w", "has no category \"w\""),
            ("field.lang=en", "no column \"field.lang\""),
        ] {
            let error = #expect(throws: RefineryError.self) { try kept(test, where: filter) }
            #expect(error?.message.contains(words) == true)
        }
        #expect(throws: RefineryError.self) { try Column.checkImportable("field.dump") }
        #expect(throws: RefineryError.self) { try KeptFields("score,,dump") }
        #expect(throws: RefineryError.self) { try KeptFields("a field") }
    }

    @Test func `all keeps each scalar of the line, under names that are columns' as well`() throws {
        let test = try filled(keep: "all")
        #expect(
            try test.store.columns().map(\.name) == [
                "field.dump", "field.ok", "field.score", "field.tokens",
            ])
        #expect(try kept(test, where: "field.tokens=7..7") == ["c"])
        #expect(try kept(test, where: "tokens=6..6") == ["b"])
    }

    @Test func `fields of documents that are there already can be kept later`() throws {
        let test = try filled()
        #expect(try test.store.columns().isEmpty)
        let summary = try enqueue(test, keep: "dump")
        #expect(summary.unchanged == 4 && summary.fields?["dump"]?.values == 3)
        #expect(try kept(test, where: "field.dump=y") == ["b"])
    }

    @Test func `a field that has a column is kept by later imports without being named`() throws {
        let test = try filled(keep: "dump")
        try enqueue(test, [#"{"id": "e", "text": "seven|", "dump": "y"}"#])
        try test.chunkAll()
        try test.score()
        #expect(try kept(test, where: "field.dump=y") == ["b", "e"])
        try test.store.deleteColumn("field.dump")
        #expect(try enqueue(test, [#"{"id": "f", "text": "eight|", "dump": "y"}"#]).fields == nil)
        #expect(try test.count("SELECT count(*) FROM field_value") == 0)
    }

    @Test func `a replaced document has the values of its new version alone`() throws {
        let test = try filled(keep: "score,dump")
        // Other fields with the same text, then another text.
        try enqueue(test, [#"{"id": "a", "text": "one|two|", "score": 0.3}"#], replace: true)
        try enqueue(
            test, [#"{"id": "b", "text": "new|", "score": 0.4, "dump": "x"}"#], replace: true)
        try test.chunkAll()
        try test.score()
        #expect(try values(test).filter { $0.hasPrefix("a") } == ["a0 - 0.3", "a1 - 0.3"])
        #expect(try values(test).filter { $0.hasPrefix("b") } == ["b0 x 0.4"])
        #expect(try test.count("SELECT count(*) FROM field_value") == 3 + 2)
        try test.store.deleteCorpus("default")
        #expect(try test.count("SELECT count(*) FROM field_value") == 0)
    }

    @Test func `without replace a value that is there stays, and the difference is counted`() throws
    {
        let test = try filled(keep: "score")
        let summary = try enqueue(test, [#"{"id": "a", "text": "one|two|", "score": 0.3}"#])
        #expect(summary.unchanged == 1 && summary.differing == 1)
        #expect(try values(test).first == "a0 0.9")
    }

    @Test func `columns hold what the store has, not what a refused line would bring`() throws {
        let test = try filled()
        // Another value than the store's, without replace; then an id that stands twice.
        let first = try enqueue(
            test, [#"{"id": "a", "text": "one|two|", "score": 7, "dump": "w"}"#], keep: "score,dump"
        )
        #expect(first.differing == 1 && first.fields?["score"]?.values == 1)
        try enqueue(
            test,
            [
                #"{"id": "b", "text": "three|four|"}"#,
                #"{"id": "b", "text": "three|four|", "score": 8}"#,
            ], replace: true)
        let found = try values(test)
        #expect(found.filter { $0.hasPrefix("a") } == ["a0 x 0.9", "a1 x 0.9"])
        #expect(found.filter { $0.hasPrefix("b") } == ["b0 - -", "b1 - -"])
    }

    @Test func `more fields than there can be columns are left out, and counted`() throws {
        let test = try TestStore()
        let members = (0..<3000).map { "\"f\($0)\": \($0)" }.joined(separator: ", ")
        let lines = (0..<3).map { "{\"id\": \"\($0)\", \"text\": \"x|\", \(members)}" }
        let fields = try #require(try enqueue(test, lines, keep: "all").fields)
        #expect(try test.store.columns().count == 1000)
        #expect(fields.values.filter { $0.values == 3 }.count == 1000)
        let more = try enqueue(
            test, [#"{"id": "n", "text": "x|", "new": 1, "f0": 5}"#], keep: "all"
        ).fields
        #expect(more?["new"]?.leftOut == 1 && more?["f0"]?.values == 1)
    }

    @Test func `a hostile line of a hundred thousand keys takes no hours`() throws {
        let test = try TestStore()
        try enqueue(test, keep: "score,dump")
        let members = (0..<100_000).map { "\"k\($0)\": \($0)" }.joined(separator: ", ")
        let clock = ContinuousClock()
        let took = try clock.measure {
            try enqueue(test, ["{\"id\": \"h\", \"text\": \"x|\", \(members)}"], keep: "all")
        }
        #expect(took < .seconds(5))
    }

    @Test func `a field's column is not deleted while documents come in`() throws {
        let test = try filled(keep: "dump")
        let job = try test.store.beginJob(kind: .import, corpus: "default", detail: "b.jsonl")
        #expect(throws: RefineryError.self) { try test.store.deleteColumn("field.dump") }
        try test.store.finishJob(job, state: .succeeded)
        try test.store.deleteColumn("field.dump")
    }

    @Test func `a name that stands twice is one field`() throws {
        #expect(try KeptFields("score,dump,score").names == ["score", "dump"])
        #expect(throws: RefineryError.self) { try KeptFields("all,score") }
    }

    @Test func `a column that was imported under a field's name is not written to`() throws {
        let test = try filled()
        try test.store.write { db in
            try db.execute(
                sql: "INSERT INTO imported_column (name, created) VALUES ('field.dump', 1)")
        }
        let error = #expect(throws: RefineryError.self) { try enqueue(test, keep: "dump") }
        #expect(error?.message.contains("was imported from a file") == true)
    }
}
