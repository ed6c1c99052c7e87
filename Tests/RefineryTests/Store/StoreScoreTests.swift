import Foundation
import GRDB
import Testing

@testable import Refinery

struct StoreScoreTests {
    @Test func `equal texts are scored once and remembered as duplicates`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|one|"), .test("b", "two|")])
        try test.chunkAll()
        #expect(try test.store.nextPending(after: 0, limit: 9).count == 2)
        let corpus = try #require(try test.store.corpora().first)
        #expect(corpus.chunks == 4 && corpus.duplicates == 2 && corpus.pending == 4)
        #expect(try test.score() == 4)
        #expect(try test.store.status().pending == 0)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `a score is recorded once and numbers that are not finite never`() throws {
        let test = try TestStore()
        let models = try test.registerModels()
        try test.add([.test("a", "text")])
        try test.chunkAll()
        func score(_ nll: Double, _ squared: Double = 1) -> ChunkScore {
            ChunkScore(
                chunk: 1, model: models.teacher,
                outcome: .scored(
                    ScoreSums(
                        tokens: 4, bytes: 4, nll: nll, nllSquared: squared, top1: 1, top10: 2),
                    tokenNLL16: [1, 2, 3, 4, 5, 6, 7, 8]))
        }
        for bad in [Double.nan, .infinity, -1] {
            #expect(throws: RefineryError.self) { try test.store.recordScores([score(bad)]) }
            #expect(throws: RefineryError.self) { try test.store.recordScores([score(1, bad)]) }
        }
        #expect(try test.store.recordScores([score(1)]) == 1)
        #expect(try test.store.recordScores([score(2)]) == 0)
        #expect(try test.count("SELECT nll FROM score") == 1)
        #expect(try test.count("SELECT length(nll16) FROM token_nll") == 8)
        #expect(try test.store.nextPending(after: 0, limit: 1)[0].needsTeacher == false)
        #expect(
            try test.store.recordScores([ChunkScore(chunk: 99, model: 1, outcome: .tooShort)]) == 0)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `ranks are both there or both missing`() throws {
        let test = try TestStore()
        let models = try test.registerModels()
        try test.add([.test("a", "text")])
        try test.chunkAll()
        func score(_ top1: Int?, _ top10: Int?) -> ChunkScore {
            ChunkScore(
                chunk: 1, model: models.teacher,
                outcome: .scored(
                    ScoreSums(
                        tokens: 4, bytes: 4, nll: 1, nllSquared: 1, top1: top1, top10: top10)))
        }
        for (top1, top10) in [(1, nil), (nil, 1), (2, 1), (-1, 1), (1, 5)] as [(Int?, Int?)] {
            #expect(throws: RefineryError.self) {
                try test.store.recordScores([score(top1, top10)])
            }
        }
        #expect(try test.store.recordScores([score(nil, nil)]) == 1)
        #expect(try test.count("SELECT count(*) FROM score WHERE top1 IS NULL") == 1)
    }

    @Test func `what one role has yet to score does not wait for the other`() throws {
        let test = try TestStore()
        let models = try test.registerModels()
        try test.add([.test("a", "one|two|three")])
        try test.chunkAll()
        let scores = try test.store.nextPending(after: 0, limit: 2).map {
            TestStore.score($0, model: models.teacher, salt: 1)
        }
        try test.store.recordScores(scores)
        func pending(_ roles: [ModelRole]) throws -> [PendingChunk] {
            try test.store.nextPending(after: 0, limit: 9, roles: roles)
        }
        #expect(try pending([.teacher]).map(\.id) == [3])
        #expect(try pending([.teacher]).allSatisfy { $0.needsTeacher && !$0.needsReference })
        #expect(try pending([.reference]).map(\.id) == [1, 2, 3])
        #expect(try pending([.reference]).allSatisfy { !$0.needsTeacher && $0.needsReference })
        #expect(try pending(ModelRole.allCases).count == 3)
        // One model in both roles is the teacher's work.
        try test.registerModels(teacher: "c", reference: "c")
        #expect(try pending([.reference]).isEmpty)
        #expect(try pending([.teacher]).count == 3)
    }

    @Test func `what is known of a served model is recorded once`() throws {
        let test = try TestStore()
        var model = Model.test("a")
        let first = ServedRecord(
            kind: "vllm", model: "m", dtype: "bfloat16", revision: "r", root: "/m",
            engineVersion: "1", canaryNLL: 2.5)
        model.served = first
        _ = try test.store.register(model, as: .teacher)
        model.served?.canaryNLL = 3
        _ = try test.store.register(model, as: .teacher)
        #expect(try test.store.servedRecord(fingerprint: model.fingerprint) == first)
        #expect(try test.store.status().teacher?.served == first)
        #expect(try test.store.servedRecord(fingerprint: "b") == nil)
    }

    @Test func `the schema refuses a score of not a number by itself`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "text")])
        try test.chunkAll()
        for value in ["NULL", "9e999", "-1.0"] {
            #expect(throws: DatabaseError.self) {
                try test.store.pool.write {
                    try $0.execute(
                        sql: """
                            INSERT INTO score
                            VALUES (1, 1, 'scored', 4, 4, \(value), 1, 0, 0, NULL, 1, 0)
                            """
                    )
                }
            }
        }
    }

    @Test func `a new model of a role gets everything pending and old scores stay`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|one|")])
        try test.chunkAll()
        try test.score()
        let before = try test.store.status()
        _ = try test.store.register(.test("a"), as: .teacher)
        #expect(try test.store.status() == before)

        let other = try test.store.register(.test("c"), as: .teacher)
        let pending = try test.store.nextPending(after: 0, limit: 9)
        #expect(pending.count == 2 && pending.allSatisfy { $0.needsTeacher && !$0.needsReference })
        #expect(try test.count("SELECT count(*) FROM score") == 4)
        #expect(try test.store.status().teacher?.id == other)
        #expect(try test.store.checkPending().isClean)

        _ = try test.store.register(.test("a"), as: .teacher)
        #expect(try test.store.status().corpora == before.corpora)
        #expect(try test.store.roles().map(\.isCurrent) == [true, true, false])
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `scores of a model without a role arrive, and count once it has one`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|one|")])
        try test.chunkAll()
        let chunks = try test.store.nextPending(after: 0, limit: 9)
        let before = try test.store.status()
        let model = try test.store.register(.test("c"))
        try test.store.recordScores([
            ChunkScore(chunk: chunks[0].id, model: model, outcome: .tooShort)
        ])
        #expect(try test.store.status() == before)
        #expect(try test.store.roles().map(\.model.fingerprint).contains("c") == false)
        #expect(try test.store.nextPending(after: 0, limit: 9) == chunks)
        #expect(try test.store.checkPending().isClean)

        #expect(try test.store.register(.test("c"), as: .reference) == model)
        let after = try #require(try test.store.status().corpora.first)
        #expect(after.tooShort.reference == 1 && after.pendingByRole.reference == 1)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `one model in both roles is scored once`() throws {
        let test = try TestStore()
        try test.registerModels(teacher: "a", reference: "a")
        try test.add([.test("a", "one|two|")])
        try test.chunkAll()
        let pending = try test.store.nextPending(after: 0, limit: 9)
        #expect(pending.allSatisfy { $0.needsTeacher && !$0.needsReference })
        #expect(try test.score() == 2)
        #expect(try test.store.checkPending().isClean)
        _ = try test.store.register(.test("b"), as: .reference)
        #expect(try test.store.nextPending(after: 0, limit: 9).allSatisfy(\.needsReference))
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `chunks that arrive before the models are pending once the models are there`()
        throws
    {
        let test = try TestStore()
        try test.add([.test("a", "one|two|one|")])
        try test.chunkAll()
        #expect(try test.store.nextPending(after: 0, limit: 9).isEmpty)
        try test.registerModels()
        #expect(try test.store.nextPending(after: 0, limit: 9).count == 2)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `waiting ends when every chunk of the range is done, duplicates included`() throws {
        let test = try TestStore()
        try test.registerModels()
        let first = try test.add([.test("a", "one|two|")])
        let second = try test.add([.test("b", "one|fail|short|")])
        let range = try #require(first.firstDocument)...(try #require(first.lastDocument))
        let later = try #require(second.firstDocument)...(try #require(second.lastDocument))
        #expect(try test.store.hasPending(documents: range, corpus: "default"))
        try test.chunkAll()
        try test.score(limit: 1)
        #expect(try test.store.hasPending(documents: range, corpus: "default"))
        try test.score(limit: 1)
        #expect(try !test.store.hasPending(documents: range, corpus: "default"))
        #expect(try test.store.hasPending(documents: later, corpus: "default"))
        try test.score()
        #expect(try !test.store.hasPending(documents: later, corpus: "default"))
        let failures = try test.store.failures(documents: later, corpus: "default")
        #expect(failures.count == 2 && failures.first == "not finite")
    }

    @Test func `pages of pending chunks follow each other`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add((0..<20).map { .test("d\($0)", "text \($0)|more \($0)|") })
        try test.chunkAll()
        var seen: [Int64] = []
        while true {
            let page = try test.store.nextPending(after: seen.last ?? 0, limit: 7)
            if page.isEmpty { break }
            seen += page.map(\.id)
        }
        #expect(seen == seen.sorted() && seen.count == 40)
    }
}
