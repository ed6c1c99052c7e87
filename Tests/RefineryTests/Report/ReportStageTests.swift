import Testing

@testable import Refinery

struct ReportStageTests {
    /// A chunk of 7 bytes each, with the difference, tokens and domain given.
    private func store(
        _ chunks: [(difference: Double, tokens: Int, domain: String?)]
    ) throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            chunks.enumerated().map { .test("d\($0)", "text \($0)|", domain: $1.domain, line: $0) })
        try test.chunkAll()
        var scores: [ChunkScore] = []
        for (chunk, given) in zip(try test.store.nextPending(after: 0, limit: 99), chunks) {
            for (model, nll) in [(1, 4), (2, 4 + given.difference)] as [(Int64, Double)] {
                scores.append(
                    ChunkScore(
                        chunk: chunk.id, model: model,
                        outcome: .scored(
                            ScoreSums(
                                tokens: given.tokens, bytes: chunk.text.count,
                                nll: nll * Double(given.tokens), nllSquared: 1, top1: 0, top10: 0,
                                nllAdapted: 0, repetition: 0))))
            }
        }
        try test.store.recordScores(scores)
        return test
    }

    @Test func `bytes of a token are those of every candidate, not of the examples that are shown`()
        throws
    {
        // One document's chunks, of which a part of the order shows two.
        let test = try TestStore()
        try test.registerModels()
        let chunks = ["aaaaaaa|", "bbb|", "cccccc|", "dd|", "eeeee|"]
        try test.add([.test("d", chunks.joined())])
        try test.chunkAll()
        var scores: [ChunkScore] = []
        for chunk in try test.store.nextPending(after: 0, limit: 99) {
            for (model, nll) in [(1, 1), (2, 3)] as [(Int64, Double)] {
                let sums = ScoreSums(
                    tokens: 2, bytes: chunk.text.count, nll: nll, nllSquared: 1, top1: 0,
                    top10: 0, nllAdapted: 0, repetition: 0)
                scores.append(ChunkScore(chunk: chunk.id, model: model, outcome: .scored(sums)))
            }
        }
        try test.store.recordScores(scores)
        for size in [1, 4] {
            let made = try test.store.select(SelectionRule(size: .topK(size)))
            #expect(try test.store.report(selection: made.name).tokenBytes == 2.8)
        }
    }
}
