import Testing

@testable import Refinery

struct SelectionResultTests {
    /// Scores given by hand: the difference, tokens and repetition of each chunk.
    private func store(
        _ chunks: [(difference: Double, tokens: Int, repetition: Double, domain: String?)]
    ) throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            chunks.enumerated().map { .test("d\($0)", "text \($0)|", domain: $1.domain, line: $0) })
        try test.chunkAll()
        var scores: [ChunkScore] = []
        for (chunk, given) in zip(try test.store.nextPending(after: 0, limit: 99_999), chunks) {
            for (model, nll) in [(1, 400), (2, 400 + given.difference)] as [(Int64, Double)] {
                scores.append(
                    ChunkScore(
                        chunk: chunk.id, model: model,
                        outcome: .scored(
                            ScoreSums(
                                tokens: given.tokens, bytes: chunk.text.count,
                                nll: nll * Double(given.tokens), nllSquared: 1, top1: 0, top10: 0,
                                nllAdapted: 0, repetition: given.repetition))))
            }
        }
        try test.store.recordScores(scores)
        return test
    }

    @Test func `each chunk is counted at the first that removes it`() throws {
        let test = try store([
            (1, 100, 0, "x"), (2, 10, 0.9, "x"), (3, 100, 0.9, nil), (4, 31, 0, "y"),
            (5, 32, 0.5, nil), (9, 100, 0, "y"),
        ])
        var rule = SelectionRule(size: .topK(9), guards: .standard)
        rule.excludedDomains = ["x"]
        rule.ranges = [try ColumnRange("difference=..8")]
        let made = try test.store.select(rule)
        #expect(
            made.removals == [
                Removal(by: "exclude_domain", items: 2, tokens: 110),
                Removal(by: "where difference=..8.0", items: 1, tokens: 100),
                Removal(by: "short", items: 1, tokens: 31),
                Removal(by: "repetition", items: 1, tokens: 100),
                Removal(by: "duplicates", items: 0, tokens: 0),
            ])
        #expect(try test.export(made.id, .score).map(\.chunkID) == [5])
        rule.ranges = []
        rule.guards.minTokens = nil
        #expect(try test.store.select(rule).candidates == 3)
        rule.excludedDomains = ["unknown"]
        let error = #expect(throws: RefineryError.self) { try test.store.select(rule) }
        #expect(error?.kind == .notFound)
    }

    @Test func `domains that guards removed stand in what was there before, all of it once`() throws
    {
        let test = try store([
            (1, 100, 0, "x"), (2, 10, 0, "gone"), (3, 100, 0.9, "gone"), (4, 31, 0, "y"),
            (5, 32, 0, nil), (9, 100, 0, "y"),
        ])
        let made = try test.store.select(SelectionRule(size: .topK(2), guards: .standard))
        #expect(made.domains.map(\.domain) == [nil, "x", "y"])
        #expect(
            made.domainRows.map(\.before) == [
                DomainBefore(domain: nil, chunks: 1, tokens: 32),
                DomainBefore(domain: "gone", chunks: 2, tokens: 110),
                DomainBefore(domain: "x", chunks: 1, tokens: 100),
                DomainBefore(domain: "y", chunks: 2, tokens: 131),
            ])
        #expect(made.domainRows[1].after == nil && made.domainRows[3].after?.keptChunks == 1)
        // One denominator: the domains' tokens are those of the table of totals.
        #expect(made.scoredTokens == 373 && made.tokens == 232)
        #expect(made.domainRows.reduce(0) { $0 + $1.before.tokens } == made.scoredTokens)
        #expect(try test.store.selection(named: made.name)?.domainsBefore == made.domainsBefore)
        let plain = try test.store.preview(SelectionRule(size: .topK(2)))
        #expect(plain.domainsBefore == nil && plain.knowsDomainsBefore)
        #expect(plain.domainRows.map(\.before) == made.domainsBefore)
        #expect(plain.scoredTokens == 373 && plain.tokens == 373)
    }

    @Test func `quantiles are of what is scored, ends included`() throws {
        let test = try store((1...10).map { (Double($0), 100, 0, nil) })
        for (filter, expected) in [
            ("difference=q0.25..q0.75", 3...8), ("difference=q0..q0", 1...1),
            ("difference=q1..", 10...10), ("difference=..q0.11", 1...2), ("difference=2..3", 2...3),
            ("difference=q0.9..9.5", 9...9),
        ] {
            var rule = SelectionRule(size: .topK(99))
            rule.ranges = [try ColumnRange(filter)]
            let made = try test.store.preview(rule)
            #expect(made.minScore == Double(expected.lowerBound), "\(filter)")
            #expect(made.maxScore == Double(expected.upperBound), "\(filter)")
            #expect(made.candidates == expected.count, "\(filter)")
        }
        var rule = SelectionRule(size: .topK(1))
        rule.ranges = [try ColumnRange("difference=q0.9..1")]
        let none = #expect(throws: RefineryError.self) { try test.store.preview(rule) }
        #expect(none?.message.contains("no candidates") == true)
    }

    @Test func `what lies near the cut is counted on both sides of it`() throws {
        let test = try store(
            [3, 2.00011, 2.00005, 2, 1.99995, 1.9998, 1].map { ($0, 100, 0, nil) })
        #expect(try test.store.preview(SelectionRule(size: .topK(4))).nearCut == 3)
        #expect(try test.store.preview(SelectionRule(size: .minScore(2))).nearCut == 3)
        #expect(try test.store.preview(SelectionRule(size: .topK(7))).nearCut == 0)
    }

    @Test func `a result shows what it keeps by length and by score`() throws {
        let long = (0..<300).map { (Double($0), 500, 0.0, nil as String?) }
        let short = (0..<300).map { (Double($0) - 100, 60, 0.0, nil as String?) }
        let test = try store(long + short)
        let made = try test.store.preview(SelectionRule(size: .topK(200)))
        #expect(
            made.lengthBins == [
                LengthBinSummary(from: 32, candidates: 300, kept: 50),
                LengthBinSummary(from: 256, candidates: 300, kept: 150),
            ])
        #expect(made.lengthSkew == 3)
        #expect(made.scores?.median == 99 && made.keptScores?.min == made.minScore)
        var even = SelectionRule(size: .topK(200))
        even.score = .column(.atLength)
        #expect(try test.store.preview(even).lengthSkew == 1)
    }

    @Test func `a mix that cannot be filled is refused where it must be`() throws {
        let test = try store(
            (0..<10).map { (Double($0), 100, 0, "x") } + (0..<2).map { (Double($0), 100, 0, "y") })
        var rule = SelectionRule(size: .tokenBudget(800))
        rule.mix = Mix(try Mix.parts("x=1,y=1"), fillOrFail: true)
        let error = #expect(throws: RefineryError.self) { try test.store.preview(rule) }
        #expect(error?.message.contains("y: 200 of 400") == true)
        rule.mix?.fillOrFail = false
        #expect(try test.store.preview(rule).keptTokens == 600)
        rule.mix?.spill = true
        #expect(try test.store.preview(rule).keptTokens == 800)
    }
}
