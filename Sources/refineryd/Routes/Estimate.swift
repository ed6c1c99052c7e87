import Refinery

/// How much is left to score, and how long that takes.
struct Estimate {
    /// Tokens that the teacher has yet to see, those of documents not cut yet included.
    private(set) var teacherTokens = 0.0
    /// Tokens that the reference has yet to see.
    private(set) var referenceTokens = 0.0

    /// What is left of some corpora.
    init(_ corpora: [CorpusStatus]) {
        for corpus in corpora {
            teacherTokens += Double(corpus.pendingTokens.teacher)
            referenceTokens += Double(corpus.pendingTokens.reference)
            guard corpus.unchunkedBytes > 0 else { continue }
            // Four bytes a token, until the corpus itself says how many.
            let cutBytes = Double(corpus.bytes - corpus.unchunkedBytes)
            let bytesPerToken =
                corpus.tokens > 0 && cutBytes > 0 ? cutBytes / Double(corpus.tokens) : 4
            let tokens = Double(corpus.unchunkedBytes) / bytesPerToken
            teacherTokens += tokens
            referenceTokens += tokens
        }
    }

    /// Seconds until nothing is left; nil where no rate is known.
    func seconds(at rates: PipelineProgress) -> Double? {
        let left = teacherTokens + referenceTokens
        guard left > 0 else { return 0 }
        if let teacher = rates.teacherTokensPerSecond, teacher > 0,
            let reference = rates.referenceTokensPerSecond, reference > 0
        {
            return teacherTokens / teacher + referenceTokens / reference
        }
        guard let rate = rates.tokensPerSecond, rate > 0 else { return nil }
        return left / rate
    }
}
