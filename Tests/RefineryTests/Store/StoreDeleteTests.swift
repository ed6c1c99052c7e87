import Testing

@testable import Refinery

struct StoreDeleteTests {
    @Test func `the lowest duplicate takes over the scores of an original that goes`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|")], corpus: "first")
        try test.add([.test("b", "two|"), .test("c", "two|one|")], corpus: "second")
        try test.chunkAll()
        try test.score()
        try test.store.deleteCorpus("first")
        #expect(try test.store.nextPending(after: 0, limit: 9).isEmpty)
        let corpus = try #require(try test.store.corpora().first)
        #expect(try test.store.corpora().count == 1)
        #expect(corpus.chunks == 3 && corpus.duplicates == 1)
        #expect(corpus.scored.teacher == 2 && corpus.scored.reference == 2)
        #expect(try test.count("SELECT count(*) FROM score") == 4)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `a deleted corpus is gone, rejects, files and texts included`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            [.test("a", "one|one|two|")],
            rejects: [Reject(line: 2, reason: .notAnObject, detail: "an array")])
        try test.chunkAll()
        try test.score()
        try test.store.deleteCorpus("default")
        for table in [
            "corpus", "file", "document", "document_text", "chunk", "score", "pending",
            "reject", "counter",
        ] {
            #expect(try test.count("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
        let error = #expect(throws: RefineryError.self) { try test.store.deleteCorpus("default") }
        #expect(error?.kind == .notFound)
    }

    @Test func `a selection exports the same after its corpus is deleted or replaced`() throws {
        let test = try TestStore()
        try test.registerModels()
        let documents = [ImportedDocument.test("a", "one|two|"), .test("b", "three|one|")]
        try test.add(documents)
        try test.chunkAll()
        try test.score()
        let kept = try test.store.select(
            SelectionRule(size: .ratio(DecimalFraction("1")), keepDuplicates: true))
        let rows = try test.export(kept.id, .score)
        #expect(rows.count == 4)
        try test.add([.test("a", "other|")], replace: true)
        #expect(try test.export(kept.id, .score) == rows)
        try test.store.deleteCorpus("default")
        #expect(try test.export(kept.id, .score) == rows)
        #expect(try test.store.corpora().isEmpty)
        // the same corpus again is new work, apart from what the selection holds
        #expect(try test.add(documents).added == 2)
        try test.chunkAll()
        #expect(try test.store.corpora().first?.chunks == 4)
        #expect(try test.score() == 6)
        let again = try test.store.select(SelectionRule(size: .topK(9)))
        #expect(again.candidates == 3 && again.duplicates == 1)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `a chunk's row id is never used again`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|")])
        try test.chunkAll()
        let late = try #require(try test.store.nextPending(after: 0, limit: 1).first)
        try test.add([.test("a", "two|")], replace: true)
        try test.chunkAll()
        // a score that was under way when the text was replaced must not land on the new text
        let score = TestStore.score(late, model: 1, salt: 1)
        #expect(try test.store.recordScores([score]) == 0)
        #expect(try test.store.nextPending(after: 0, limit: 1)[0].needsTeacher)
    }
}
