import Refinery
import Testing

@testable import refinectl

@Suite struct StatusTableTests {
    private func status() -> StatusReport {
        var corpus = CorpusStatus(name: "web")
        corpus.documents = 1
        corpus.chunks = 1068
        corpus.tokens = 855_632
        corpus.doneTokens = RoleCounts(teacher: 30, reference: 30)
        corpus.pendingTokens = RoleCounts(teacher: 70, reference: 70)
        corpus.pendingByRole = RoleCounts(teacher: 7, reference: 7)
        corpus.rejects = 3
        var status = StatusReport()
        status.state = .scoring
        status.version = "1"
        status.corpora = [corpus]
        status.tokensPerSecond = 128
        status.etaSeconds = 6840
        status.etaRange = [6500, 7200]
        return status
    }

    @Test("every corpus has a bar and its share, and the time left its range")
    func wide() {
        let text = StatusTable.render(status(), columns: 80)
        #expect(
            text == """
                refineryd 1: scoring, 14 scores to go, 128 tokens/s,
                  about 1 h 54 min left (1 h 48 min to 2 h 0 min)

                web
                  ████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 30.0 %
                  1 document, 1,068 chunks, 855,632 tokens, 14 scores to go, 3 lines rejected

                """)
    }

    @Test("at 40 columns nothing is longer")
    func narrow() {
        var status = status()
        status.etaRange = nil
        let text = StatusTable.render(status, columns: 40)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 }, "\(text)")
        #expect(text.contains("30.0 %"))
    }
}
