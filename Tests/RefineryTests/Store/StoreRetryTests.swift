import Foundation
import Testing

@testable import Refinery

/// A failure is not for ever.
struct StoreRetryTests {
    @Test func `failures are taken back, counted as pending and scored again`() throws {
        let test = try TestStore()
        let models = try test.registerModels()
        try test.add([.test("a", "one|two|one|"), .test("b", "three|")])
        try test.chunkAll()
        let chunks = try test.store.nextPending(after: 0, limit: 9)
        try test.store.recordScores(
            chunks.map {
                ChunkScore(chunk: $0.id, model: models.teacher, outcome: .failed("not finite"))
            })
        let before = try #require(try test.store.corpora().first)
        #expect(before.failed.teacher == Int64(chunks.count))

        #expect(try test.store.retryFailures() == chunks.count)
        let after = try #require(try test.store.corpora().first)
        #expect(after.failed.sum == 0)
        #expect(after.pending == 2 * Int64(chunks.count))
        #expect(try test.store.checkPending().isClean)
        #expect(try test.store.nextPending(after: 0, limit: 9).allSatisfy(\.needsTeacher))
        #expect(try test.store.retryFailures() == 0)
    }

    @Test func `only the named corpus is taken back, and one that is not there is named`() throws {
        let test = try TestStore()
        let models = try test.registerModels()
        try test.add([.test("a", "one|")])
        try test.chunkAll()
        try test.store.recordScores([
            ChunkScore(chunk: 1, model: models.teacher, outcome: .failed("not finite"))
        ])
        let corpus = try #require(try test.store.corpora().first).name
        let error = #expect(throws: RefineryError.self) {
            try test.store.retryFailures(corpus: "no such corpus")
        }
        #expect(error?.kind == .notFound)
        #expect(try test.store.retryFailures(corpus: corpus) == 1)
    }
}
