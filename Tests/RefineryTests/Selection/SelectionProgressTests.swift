import Synchronization
import Testing

@testable import Refinery

/// What a selection tells of its slow parts.
struct SelectionProgressTests {
    /// What was heard, from whatever thread.
    private final class Heard: Sendable {
        let all = Mutex<[SelectionProgress]>([])
    }

    @Test func `the parts that read texts and the recording are told, up to their ends`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            (1...70).map { .test("d\($0)", "text number \($0) about harbours|", line: $0) },
            corpus: "c")
        try test.chunkAll()
        try test.score()
        var rule = SelectionRule(size: .topK(100))
        rule.guards = Guards(minTokens: nil, maxRepetition: nil, nearDuplicates: 0.9)
        let heard = Heard()
        let stage = SelectionStage(
            test.store, told: { progress in heard.all.withLock { $0.append(progress) } })
        let summary = try stage.select(rule)
        let all = heard.all.withLock { $0 }
        func ends(_ part: SelectionProgress.Part) -> SelectionProgress? {
            all.last { $0.part == part }
        }
        #expect(ends(.signatures) == SelectionProgress(part: .signatures, done: 70, total: 70))
        let comparing = try #require(ends(.comparing))
        #expect(comparing.done == comparing.total && comparing.total == MinHash.bands)
        let kept = summary.keptChunks
        #expect(ends(.recording) == SelectionProgress(part: .recording, done: kept, total: kept))
        #expect(ends(.contamination) == nil)
        #expect(all.map(\.part).contains(.signatures))
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.part != $1.part || $0.done < $1.done })
    }

    @Test func `a job's record says what part is being made, and other jobs say nothing`() throws {
        let test = try TestStore()
        let id = try test.store.beginJob(kind: .selection, corpus: nil, detail: "half")
        var job = try #require(try test.store.job(id))
        #expect(SelectionProgress(job) == nil)
        (job.part, job.done, job.total) = ("comparing", 3, 16)
        #expect(SelectionProgress(job) == SelectionProgress(part: .comparing, done: 3, total: 16))
        job.part = "something newer"
        #expect(SelectionProgress(job) == nil)
    }
}
