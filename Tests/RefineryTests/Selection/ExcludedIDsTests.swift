import Foundation
import GRDB
import Testing

@testable import Refinery

/// The step that leaves named documents out: takedown and opt-out requests.
struct ExcludedIDsTests {
    /// Two corpora: `a` in both with different texts, `copy` with the text of the first `a`.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            [
                .test("a", "the first text|its second chunk|", line: 1),
                .test("b", "another text|", line: 2),
                .test("copy", "the first text|and a tail|", line: 3),
                .test("7", "a numbered text|", line: 4),
                .test("two\nlines", "a text whose id has a line break|", line: 5),
            ], corpus: "c1")
        try test.add([.test("a", "a text of another corpus|", line: 1)], corpus: "c2")
        try test.chunkAll()
        try test.score()
        return test
    }

    private func rule(
        _ test: TestStore, _ text: String, file: String = "ids.txt", andCopies: Bool = false
    ) throws -> SelectionRule {
        let bytes = Array(text.utf8)
        let ids = IDListFile(file: file, bytes: bytes, andCopies: andCopies)
        try test.store.addRuleFile(sha256: ids.sha256, bytes)
        var rule = SelectionRule(size: .topK(100))
        rule.excludedIDs = ids
        return rule
    }

    private func kept(_ test: TestStore, _ rule: SelectionRule) throws -> [String] {
        let summary = try test.store.select(rule)
        return try test.export(summary.id, .corpus).map {
            "\(String(decoding: $0.document, as: UTF8.self)) \($0.ordinal ?? -1)"
        }
    }

    @Test func `an id goes from every corpus, copies of its text stay, and both are said`() throws {
        let test = try filled()
        let rule = try rule(test, "a\n\nnobody\na\r\n")
        #expect(
            try kept(test, rule) == ["b 0", "copy 0", "copy 1", "7 0", "two\nlines 0"])
        let summary = try test.store.preview(rule)
        let removal = try #require(summary.removals?.first)
        #expect(removal.by == "exclude_ids")
        #expect(removal.items == 3)
        let detail = try #require(removal.detail)
        #expect(detail.ids == 2)
        #expect(detail.matched == 1)
        #expect(detail.unmatched == ["nobody"])
        #expect(detail.copies == 1)
        #expect(detail.copiesIn == ["copy"])
        #expect(
            removal.lines == [
                "exclude_ids: 1 of 2 ids name a document",
                "exclude_ids: 1 name none: nobody",
                "exclude_ids: 1 exact copy of what is excluded, in copy",
            ])
    }

    @Test func `with copies, the copies go, too, and nothing else of their documents`() throws {
        let test = try filled()
        let rule = try rule(test, "a\n", andCopies: true)
        #expect(try kept(test, rule) == ["b 0", "copy 1", "7 0", "two\nlines 0"])
    }

    @Test func `copies of what is of another corpus, or not scored, go as well`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "a text for both|", line: 1)], corpus: "c1")
        try test.add(
            [.test("b", "a text for both|", line: 1), .test("c", "another one|", line: 2)],
            corpus: "c2")
        try test.chunkAll()
        try test.score()
        var rule = try rule(test, "a\n", andCopies: true)
        rule.corpus = "c2"
        for unit in ItemUnit.allCases {
            rule.unit = unit
            let summary = try test.store.preview(rule)
            #expect(summary.keptDocuments == 1, "\(unit)")
            #expect(summary.removals?.first?.detail?.copiesIn == ["b"])
        }
    }

    @Test func `JSONL names corpora, numbers and ids with line breaks`() throws {
        let test = try filled()
        let lines = """
            {"corpus":"c2","id":"a"}
            {"id":7}
            {"corpus":null,"id":"two\\nlines"}

            {"corpus":"c1","id":"nobody"}
            """
        let rule = try rule(test, lines, file: "ids.jsonl")
        #expect(try kept(test, rule) == ["a 0", "a 1", "b 0", "copy 1"])
        #expect(
            try test.store.preview(rule).removals?.first?.detail?.unmatched == ["c1: nobody"])
    }

    @Test func `it is the first step of all, and explain says so`() throws {
        let test = try filled()
        var rule = try rule(test, "a\n")
        rule.guards = Guards(minTokens: 1000, maxRepetition: nil)
        rule.ranges = [try ColumnRange("tokens=1..")]
        rule.partial = true
        #expect(throws: RefineryError.self) { try test.store.select(rule) }
        rule.guards = .none
        let summary = try test.store.select(rule, name: "s")
        #expect(summary.removals?.map(\.by) == ["exclude_ids", "where tokens=1.0..", "duplicates"])
        let report = try test.store.explain(chunk: 1, selection: "s")
        #expect(report.selection?.removedBy == "exclude_ids")
        #expect(report.steps.first?.removes == true)
    }

    @Test func `the rule holds the file's hash, only where it is used`() throws {
        let test = try filled()
        let rule = try rule(test, "a\n", andCopies: true)
        let json = try rule.canonicalJSON()
        #expect(
            json.contains(
                #""exclude_ids":{"and_copies":true,"file":"ids.txt","sha256":"\#(IDListFile.digest(Array("a\n".utf8)))"}"#
            ))
        #expect(
            try JSONDecoder().decode(SelectionRule.self, from: Data(json.utf8)) == rule)
        #expect(!(try SelectionRule(size: .topK(1)).canonicalJSON().contains("exclude_ids")))
    }

    @Test(arguments: [
        ("ids.jsonl", "{\"id\":\"a\"}\n{\"id\":\"b\"", "ids.jsonl:2: "),
        ("ids.jsonl", "a\n", "ids.jsonl:1: "),
        ("ids.jsonl", "{\"ID\":1}\n", "ids.jsonl:1: no id"),
        ("ids.jsonl", "{\"id\":1.5}\n", "ids.jsonl:1: no id"),
        ("ids.jsonl", "{\"id\":1,\"corpus\":2}\n", "ids.jsonl:1: corpus is not a string"),
        ("ids.txt", "\n  \r\n", "ids.txt holds no id"),
        ("ids.txt.gz", "a", "ids.txt.gz is compressed"),
    ])
    func `a file that is no list of ids is refused with its line`(
        _ name: String, _ text: String, _ message: String
    ) {
        let error = #expect(throws: RefineryError.self) {
            try IDList(Array(text.utf8), name: name)
        }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test func `a file that the store does not hold, or holds damaged, is refused`() throws {
        let test = try filled()
        var rule = try rule(test, "a\n")
        try test.store.pool.write {
            try $0.execute(sql: "UPDATE rule_file_part SET content = x'62'")
        }
        #expect(throws: RefineryError.self) { try test.store.select(rule) }
        rule.excludedIDs = IDListFile(file: "x", bytes: [1], andCopies: false)
        let error = #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(error?.kind == .notFound)
    }

    @Test func `a file that no selection names goes after a day`() throws {
        let test = try filled()
        _ = try test.store.select(rule(test, "a\n"))
        _ = try rule(test, "b\n")
        try test.store.pool.write { try $0.execute(sql: "UPDATE rule_file SET created = 0") }
        _ = try rule(test, "7\n")
        #expect(try test.count("SELECT count(*) FROM rule_file") == 2)
        #expect(try test.count("SELECT count(*) FROM rule_file_part") == 2)
    }
}
