import Foundation
import GRDB
import Testing

@testable import Refinery

struct SelectTests {
    /// A store of some hundred scored chunks, duplicates, short and failed ones among them.
    private func filled(context: String = "none", digests: (String, String) = ("t", "t")) throws
        -> TestStore
    {
        let test = try TestStore()
        try test.registerModels(digests: digests, context: context)
        var random = SeededGenerator(state: 5)
        for corpus in ["c1", "c2"] {
            try test.add(
                (0..<60).map { line in
                    let words = (0..<4).map { _ in
                        "word \(Int.random(in: 0..<150, using: &random))|"
                    }
                    let lead = line % 10 == 0 ? "short \(line)|" : line % 10 == 1 ? "fail|" : ""
                    return .test(
                        "d\(line)", lead + words.joined(),
                        domain: ["x", "y", nil][line % 3], fields: "{\"n\":\(line)}", line: line)
                }, corpus: corpus)
        }
        try test.chunkAll()
        try test.score()
        return test
    }

    @Test("a chunk is found by its document and place, and by its text")
    func found() throws {
        let test = try filled()
        let stage = SelectionStage(test.store)
        let both = try stage.find(.document("d7", ordinal: nil, corpus: nil))
        #expect(Set(both.map(\.corpus)) == ["c1", "c2"] && both.allSatisfy { $0.document == "d7" })
        let one = try stage.find(.document("d7", ordinal: 0, corpus: "c2"))
        #expect(one.count == 1 && one.first?.ordinal == 0)
        let chunk = try #require(one.first?.chunk)
        let report = try stage.explain(chunk: chunk)
        let sha256 = try #require(Hex.bytes(Hex.sha256(of: Array(report.text.utf8))))
        let same = try stage.find(.text(sha256))
        #expect(same.map(\.chunk) == [report.duplicateOf?.chunk ?? chunk])
        #expect(try stage.find(.document("nothing", ordinal: nil, corpus: nil)).isEmpty)
        #expect(try stage.find(.text(Array(repeating: 0, count: 32))).isEmpty)
        #expect(throws: RefineryError.self) {
            try stage.find(.document("d7", ordinal: nil, corpus: "c3"))
        }
    }

    @Test("a selection that is cancelled leaves nothing behind, and the next one is as ever")
    func cancelled() throws {
        let test = try filled()
        let rule = SelectionRule(size: .topK(9))
        #expect(throws: JobCancelled.self) {
            try SelectionStage(test.store) { true }.select(rule, name: "a")
        }
        #expect(try SelectionStage(test.store).selections().isEmpty)
        #expect(try SelectionStage(test.store).select(rule, name: "a").keptChunks == 9)
    }

    /// What the rule keeps, recomputed without haste: chunk ids, best first.
    private func naive(_ test: TestStore, _ rule: SelectionRule) throws -> [Int64] {
        struct Entry { var chunk: Int64, score: Double, tokens: Int }
        let rows = try test.store.pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT c.id, k.name, c.sha256, t.nll AS t, r.nll AS r, t.tokens
                    FROM chunk c JOIN document d ON d.id = c.document JOIN corpus k ON k.id = d.corpus
                    JOIN chunk o ON o.id = coalesce(c.duplicate_of, c.id)
                    JOIN score t ON t.chunk = o.id AND t.model = 1 AND t.outcome = 'scored'
                    JOIN score r ON r.chunk = o.id AND r.model = 2 AND r.outcome = 'scored'
                    ORDER BY c.id
                    """)
        }
        var seen: Set<Data> = []
        var entries: [Entry] = []
        for row in rows where rule.corpus == nil || row[1] == rule.corpus {
            if !seen.insert(row[2]).inserted && !rule.keepDuplicates { continue }
            let tokens: Int = row["tokens"]
            let score = ((row["r"] as Double) - (row["t"] as Double)) / Double(tokens)
            entries.append(Entry(chunk: row[0], score: score, tokens: tokens))
        }
        entries.sort { ($1.score, $0.chunk) < ($0.score, $1.chunk) }
        switch rule.size {
        case .topK(let n): entries = Array(entries.prefix(n))
        case .ratio(let r): entries = Array(entries.prefix(r.floorTimes(entries.count)))
        case .minScore(let x): entries = entries.filter { $0.score >= x }
        case .tokenBudget(let n):
            var sum = 0
            entries = Array(
                entries.prefix {
                    sum += $0.tokens; return sum <= n
                })
        case .tokenRatio, .like: Issue.record("not among the rules here")
        }
        return entries.map(\.chunk)
    }

    private static var rules: [SelectionRule] {
        get throws {
            let sizes: [SelectionRule.Size] = [
                .topK(1), .topK(37), .topK(100_000), .ratio(try DecimalFraction("0.29")),
                .ratio(try DecimalFraction("1")), .tokenBudget(5), .tokenBudget(777), .minScore(0),
                .minScore(0.25),
            ]
            return sizes.flatMap { size in
                [nil, "c1", "c2"].flatMap { corpus in
                    [true, false].map {
                        SelectionRule(size: size, corpus: corpus, keepDuplicates: $0)
                    }
                }
            }
        }
    }

    @Test func `every rule keeps what a naive recomputation keeps, in its order`() throws {
        let test = try filled()
        for rule in try SelectTests.rules {
            let summary = try test.store.select(rule)
            let rows = try test.export(summary.id, .score)
            let expected = try naive(test, rule)
            #expect(rows.map(\.chunkID) == expected, "\(rule)")
            #expect(rows.map(\.rank) == Array(1...max(1, rows.count)).prefix(rows.count).map { $0 })
            #expect(try test.export(summary.id, .corpus).map(\.chunkID) == expected.sorted())
            #expect(summary.keptChunks == expected.count)
            #expect(summary.keptTokens == rows.reduce(0) { $0 + $1.tokens })
            #expect(summary.maxScore == rows.first?.score && summary.minScore == rows.last?.score)
            #expect(summary.domains.reduce(0) { $0 + $1.chunks } == summary.candidates)
            #expect(summary.domains.reduce(0) { $0 + $1.keptTokens } == summary.keptTokens)
            if rule.corpus == nil {
                #expect(
                    summary.candidates + summary.duplicates + summary.tooShort + summary.failed
                        <= summary.chunks)
            }
        }
    }

    @Test func `a rule survives its canonical JSON`() throws {
        for rule in try SelectTests.rules {
            let json = try rule.canonicalJSON()
            let read = try JSONDecoder().decode(SelectionRule.self, from: Data(json.utf8))
            #expect(read == rule)
            let written = try JSONDecoder().decode(
                SelectionRule.self, from: JSONEncoder().encode(rule))
            #expect(written == rule)
        }
        #expect(
            try SelectionRule(size: .topK(3), corpus: "a\"b").canonicalJSON()
                == #"{"ascending":false,"baseline":null,"corpus":"a\"b","exclude_domains":[],"guards":{"contamination":[],"max_repetition":null,"min_tokens":null,"near_duplicates":null},"keep_duplicates":false,"match":[],"mix":null,"partial":false,"sample":null,"score":"difference","size":{"top_k":3},"unit":"chunk","where":[]}"#
        )
    }

    @Test func `a stored selection reads back as it was returned`() throws {
        let test = try filled()
        let rule = SelectionRule(size: .topK(10))
        let first = try test.store.select(rule)
        let second = try test.store.select(rule)
        #expect(first.name == "all-top-k-10-1" && second.name == "all-top-k-10-2")
        #expect(try test.store.selections() == [first, second])
        #expect(try test.store.selection(named: first.name) == first)
        #expect(try test.store.selection(id: second.id) == second)
        let named = try test.store.select(rule, name: "mine")
        #expect(named.name == "mine")
        let error = #expect(throws: RefineryError.self) {
            try test.store.select(rule, name: "mine")
        }
        #expect(error?.kind == .refused)
    }

    @Test func `chunks still pending are refused with their number, unless partial`() throws {
        let test = try filled()
        try test.add([.test("late", "late one|late two|")], corpus: "c1")
        let uncut = #expect(throws: RefineryError.self) {
            try test.store.select(SelectionRule(size: .topK(5)))
        }
        #expect(uncut?.message.contains("1 documents not cut") == true)
        try test.chunkAll()
        let pending = #expect(throws: RefineryError.self) {
            try test.store.select(SelectionRule(size: .topK(5)))
        }
        #expect(pending?.message.contains("2 chunks are not scored") == true)
        let partial = try test.store.select(SelectionRule(size: .topK(5), partial: true))
        #expect(partial.pending == 2 && partial.keptChunks == 5)
        #expect(try test.store.select(SelectionRule(size: .topK(5), corpus: "c2")).pending == 0)
    }

    @Test func `nothing to choose from is said plainly`() throws {
        let test = try TestStore()
        let rule = SelectionRule(size: .topK(1))
        let noModel = #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(noModel?.message.contains("no teacher") == true)
        try test.registerModels()
        let empty = #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(empty?.message.contains("nothing is scored") == true)
        let unknown = #expect(throws: RefineryError.self) {
            try test.store.select(SelectionRule(size: .topK(1), corpus: "nope"))
        }
        #expect(unknown?.kind == .notFound)
        for size in [SelectionRule.Size.topK(0), .tokenBudget(-1), .minScore(.nan)] {
            #expect(throws: RefineryError.self) { try test.store.select(SelectionRule(size: size)) }
        }
    }

    @Test func `tokenizers that differ are compared per byte, with context tokens only`() throws {
        let without = try filled(digests: ("t", "u"))
        let error = #expect(throws: RefineryError.self) {
            try without.store.select(SelectionRule(size: .topK(5)))
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("per byte") == true)
        let test = try filled(context: "bos", digests: ("t", "u"))
        let summary = try test.store.select(SelectionRule(size: .topK(5)))
        #expect(summary.unit == .byte)
        for row in try test.export(summary.id, .score) {
            #expect(row.score == (row.referenceNLL - row.teacherNLL) / Double(row.text.count))
        }
    }

    @Test func `a choice whose chunks are gone is not recorded`() throws {
        let test = try filled()
        let rule = SelectionRule(size: .topK(100_000))
        let stage = SelectionStage(test.store)
        let choice = try test.store.read { try stage.choose(rule, name: nil, $0) }
        try test.store.deleteCorpus("c1")
        #expect(try stage.record(choice, name: nil) == nil)
        #expect(try test.count("SELECT count(*) FROM selection") == 0)
        #expect(try test.store.select(rule).keptChunks > 0)
    }

    @Test func `while documents are replaced, every selection is made and whole`() throws {
        let test = try filled()
        let store = test.store
        let writer = Thread {
            for round in 0..<40 {
                let documents = (0..<60).map { line in
                    ImportedDocument.test("d\(line)", "round \(round), line \(line)|", line: line)
                }
                guard let job = try? store.beginJob(kind: .import, corpus: "c1", detail: nil)
                else { return }
                _ = try? store.addDocuments(
                    corpus: "c1", file: "b.jsonl", documents: documents, rejects: [], job: job,
                    replace: true)
            }
        }
        writer.start()
        var made = 0
        while !writer.isFinished || made == 0 {
            let rule = SelectionRule(size: .topK(100_000), partial: true)
            let summary = try test.store.select(rule)
            #expect(try test.export(summary.id, .score).count == summary.keptChunks)
            made += 1
        }
        #expect(try test.count("SELECT count(*) FROM pragma_foreign_key_check") == 0)
    }

    @Test func `length quantiles are by nearest rank`() {
        var lengths = LengthHistogram()
        #expect(lengths.quantiles == nil)
        for length in [5, 1, 3, 2, 4, 6, 8, 7] { lengths.add(length) }
        #expect(lengths.quantiles == Quantiles(min: 1, q25: 2, median: 4, q75: 6, max: 8))
    }
}
