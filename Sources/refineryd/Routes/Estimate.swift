import Refinery

/// How many tokens are left to score, those of documents that are not cut yet included.
struct Estimate {
    /// Tokens left for each role.
    private(set) var tokens = RoleCounts()

    /// What is left of some corpora.
    init(_ corpora: [CorpusStatus]) {
        for corpus in corpora {
            let unchunked = Int64(Estimate.unchunkedTokens(corpus))
            tokens.teacher += corpus.pendingTokens.teacher + unchunked
            tokens.reference += corpus.pendingTokens.reference + unchunked
        }
    }

    /// Seconds until nothing is left; nil where no rate is known.
    func seconds(of pipeline: Pipeline) -> Double? {
        tokens.sum == 0 ? 0 : pipeline.secondsLeft(pending: tokens)
    }

    /// Four bytes a token, until the corpus itself says how many.
    private static func unchunkedTokens(_ corpus: CorpusStatus) -> Double {
        let cutBytes = corpus.bytes - corpus.unchunkedBytes
        let bytesPerToken =
            corpus.tokens > 0 && cutBytes > 0 ? Double(cutBytes) / Double(corpus.tokens) : 4
        return Double(corpus.unchunkedBytes) / bytesPerToken
    }
}
