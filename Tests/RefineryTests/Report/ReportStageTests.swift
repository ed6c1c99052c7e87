import Testing

@testable import Refinery

struct ReportStageTests {
    private typealias Given = (difference: Double, tokens: Int, domain: String?)

    /// A document of one chunk for each of what is given.
    private func store(_ chunks: [Given]) throws -> TestStore {
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

    /// Much of x, a chunk of y, and z, which has no share of the mix.
    private func mixed() throws -> (test: TestStore, selection: SelectionSummary) {
        let much: [Given] = (1...10).map { (Double($0), 10, "x") }
        let one: [Given] = [(1, 10, "y")]
        let without: [Given] = (1...5).map { (Double($0), 10, "z") }
        let test = try store(much + one + without)
        var rule = SelectionRule(size: .tokenRatio(try DecimalFraction("0.5")))
        rule.mix = Mix(try Mix.parts("x=1,y=1"))
        return (test, try test.store.select(rule, name: "mixed"))
    }

    @Test func `a report says the mix, and that a domain ran out, where it says how much`() throws {
        let (test, selection) = try mixed()
        #expect(selection.tokens == 160 && selection.keptTokens == 50)
        let words = ReportWords.reason(selection)
        #expect(words.contains("Asked for 50 % of the candidates' tokens by a mix."))
        #expect(words.contains("up to a share of its own: x 1 and y 1; others have none."))
        #expect(words.contains("Less was kept than was asked for: 50 of 80 tokens, "))
        #expect(words.contains(", since there was no more of y."))
        #expect(!words.contains("Kept the first"))
        let all = try test.store.select(SelectionRule(size: .topK(99)), name: "all")
        #expect(
            ReportWords.reason(all).contains(
                "Less was kept than was asked for: 16 of 99 chunks, 100.0 % of the candidates, "
                    + "since there was no more."))
        let part = try test.store.select(SelectionRule(size: .topK(3)), name: "part")
        #expect(!ReportWords.reason(part).contains("Less was kept"))
    }

    @Test func `examples at the cut are shown where one cut holds for all`() throws {
        let (test, selection) = try mixed()
        let groups = try test.store.report(selection: selection.name).examples.map(\.place)
        #expect(groups == ["best", "worst"])
        let plain = try test.store.select(SelectionRule(size: .topK(3)), name: "plain")
        let all = try test.store.report(selection: plain.name).examples.map(\.place)
        #expect(all == ["best", "cut", "worst"])
    }

    @Test func `a chunk is explained by the share that a mix gives its domain`() throws {
        let (test, selection) = try mixed()
        func explained(_ document: String) throws -> ChunkReport.Membership {
            let stage = SelectionStage(test.store)
            let found = try stage.find(.document(document, ordinal: nil, corpus: nil))
            let chunk = try #require(found.first).chunk
            let report = try stage.explain(chunk: chunk, selection: selection.name)
            return try #require(report.selection)
        }
        let without = try explained("d15")
        #expect(!without.isKept && without.rank != nil && without.hasShare == false)
        let beyond = try explained("d0")
        #expect(!beyond.isKept && beyond.hasShare == true && beyond.mixBy == "domain")
        #expect(try explained("d9").isKept)
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
