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
        status.teacher = model(
            "/srv/models/a/folder/of/a/very/long/name/SmolLM2-135M-Instruct", as: .teacher)
        status.reference = model("/m/small", as: .reference)
        status.etaSeconds = 1144
        status.etaRange = [996, 1345]
        status.error = "a model that is far too long for a terminal of forty columns"
        status.corpora[0].name = String(repeating: "name", count: 20)
        let text = StatusTable.render(status, columns: 40)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 }, "\(text)")
        #expect(text.contains("30.0 %"))
        #expect(text.contains(" about 19 min 4 s left\n  (16 min 36 s to 22 min 25 s)\n"))
        #expect(text.contains("reference: /m/small (llama,\n"))
        // Nothing of a path is lost where it is cut.
        #expect(text.replacing("\n  ", with: "").contains("/very/long/name/SmolLM2-135M-Instruct"))
        #expect(text.contains("134,515,008 parameters, context none)"))
    }

    @Test func `a model's line is one where there is room`() {
        var status = status()
        status.teacher = model("/m/small", as: .teacher)
        let line = "teacher: /m/small (llama, 134,515,008 parameters, context none)\n"
        #expect(StatusTable.render(status, columns: 80).contains(line))
        #expect(StatusTable.render(status, columns: .max).contains("128 tokens/s, about 1 h 54"))
    }

    private func model(_ path: String, as role: ModelRole) -> ModelReport {
        let model = Model(
            path: path, fingerprint: String(repeating: "a", count: 64), architecture: "llama",
            parameters: 134_515_008, tokenizer: "BPE", tokenizerDigest: "t", contextRule: "none",
            maxContext: 2048)
        return ModelReport(model, as: role)
    }
}
