import Testing

@testable import Refinery
@testable import refinectl

@Suite("The table of a selection")
struct SelectionTableTests {
    private func summary(_ removals: [Removal]?) -> SelectionSummary {
        SelectionSummary(
            id: 1, name: "a", created: 0, rule: SelectionRule(size: .topK(2)), teacher: "t",
            reference: "r", unit: .token, candidates: 4, pending: 0, unchunkedDocuments: 0,
            tooShort: 0, failed: 0, duplicates: 0, keptDocuments: 2, keptChunks: 2, keptTokens: 70,
            documents: 9, chunks: 7, tokens: 123, minScore: 0.5, maxScore: 2,
            domains: [
                DomainSummary(
                    domain: "x", chunks: 4, keptChunks: 2, tokens: 123, keptTokens: 70,
                    meanScore: 0.25, keptMeanScore: 1.25)
            ], keptLengths: nil, droppedLengths: nil, removals: removals)
    }

    /// The words of the first line that begins with `name`, behind it.
    private func line(_ name: String, _ text: String) -> [Substring] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.dropFirst(name.count).split(separator: " ")
    }

    @Test("Tokens are of all that was scored, as chunks are, and removed domains are there")
    func denominators() {
        var summary = summary([Removal(by: "short", items: 3, tokens: 30)])
        summary.domainsBefore = [
            DomainBefore(domain: "gone", chunks: 2, tokens: 20),
            DomainBefore(domain: "x", chunks: 5, tokens: 133),
        ]
        let text = SelectionTable.render(summary)
        #expect(line("chunks", text) == ["2", "7", "28.6", "%"])
        #expect(line("scored tokens", text) == ["70", "153", "45.8", "%"])
        #expect(line("gone", text) == ["0", "2", "0.0", "%", "0", "20", "0.0", "%", "-", "-"])
        #expect(line("x", text).prefix(6) == ["2", "5", "40.0", "%", "70", "133"])
        #expect(text.contains("of those scored") && !text.contains("of candidates"))
    }

    @Test func `what is no candidate is said in the words of the report`() {
        var summary = summary([
            Removal(by: "short", items: 1000, tokens: 30),
            Removal(by: "repetition", items: 10, tokens: 300),
            Removal(by: "near_duplicates", items: 0, tokens: 0),
            Removal(by: "where difference=..8.0", items: 4, tokens: 9),
            Removal(by: "duplicates", items: 489, tokens: 5000),
        ])
        summary.tooShort = 3
        summary.rule.guards = .standard
        let text = SelectionTable.render(summary)
        #expect(
            text.contains(
                "no candidates: chunks 3 (too short to score), 1,000 (fewer than 32 tokens), "
                    + "10 (repeats itself), 4 (where difference=..8.0), "
                    + "489 (the same text as another)\n"))
    }

    @Test func `the last that is kept is no warning of the cut by itself`() {
        var summary = summary(nil)
        func warns(_ near: Int) -> Bool {
            summary.nearCut = near
            return SelectionTable.render(summary).contains("within 1e-4 of the cut")
        }
        #expect(!warns(0) && !warns(1) && warns(2))
        summary.rule.size = .minScore(0.5)
        #expect(!warns(0) && warns(1))
        summary.rule.size = .topK(2)
        summary.rule.mix = Mix(nil)
        summary.domains.append(
            DomainSummary(
                domain: "y", chunks: 4, keptChunks: 1, tokens: 123, keptTokens: 70,
                meanScore: 0.25, keptMeanScore: 1.25))
        #expect(!warns(2) && warns(3))
    }

    @Test("A selection that was made before says that its domains count candidates")
    func older() {
        let text = SelectionTable.render(summary([Removal(by: "short", items: 3, tokens: 30)]))
        #expect(text.contains("of candidates"))
        let oldest = SelectionTable.render(summary(nil))
        #expect(line("scored tokens that could be kept", oldest) == ["70", "123", "56.9", "%"])
    }
}
