/// The counts of one corpus, read from `counter`: `GET /v1/corpora`, and inside `GET /v1/status`.
public struct CorpusStatus: Sendable, Equatable, Codable {
    /// The corpus's name.
    public var name: String
    /// Documents.
    public var documents: Int64 = 0
    /// Documents that are not cut into chunks yet.
    public var unchunked: Int64 = 0
    /// Bytes of text of the documents.
    public var bytes: Int64 = 0
    /// Bytes of text of the documents that are not cut into chunks yet.
    public var unchunkedBytes: Int64 = 0
    /// Chunks, duplicates included.
    public var chunks: Int64 = 0
    /// Chunks whose text equals an earlier chunk's.
    public var duplicates: Int64 = 0
    /// Lines rejected.
    public var rejects: Int64 = 0
    /// Tokens of all chunks, duplicates included, as the chunker counted.
    public var tokens: Int64 = 0
    /// Chunks with a score.
    public var scored = RoleCounts()
    /// Chunks that were too short to score.
    public var tooShort = RoleCounts()
    /// Chunks that failed with a reason.
    public var failed = RoleCounts()
    /// Tokens (as the chunker counted) of the chunks that are done, whatever the outcome.
    public var doneTokens = RoleCounts()
    /// (Chunk, model) pairs left to score; documents that are not cut yet come on top.
    public private(set) var pending: Int64 = 0
    /// Chunks left to score.
    public var pendingByRole = RoleCounts() { didSet { pending = pendingByRole.sum } }
    /// Chunks that the teacher is not to read, since it reads a share alone; nil for none.
    public private(set) var unread: Int64?
    /// Chunks that a model is not to read.
    var unreadByRole = RoleCounts() {
        didSet { unread = unreadByRole.teacher > 0 ? unreadByRole.teacher : nil }
    }
    /// Tokens (as the chunker counted) of the chunks left to score.
    public var pendingTokens = RoleCounts()

    /// Tokens of the documents that are not cut yet, as far as the others tell: four bytes each
    /// until there are others.
    var uncutTokens: Int64 {
        let cutBytes = bytes - unchunkedBytes
        let bytesPerToken = tokens > 0 && cutBytes > 0 ? Double(cutBytes) / Double(tokens) : 4
        return Int64(Double(unchunkedBytes) / bytesPerToken)
    }

    /// The share of its tokens that both models have scored, from 0 to 1.
    public var doneShare: Double {
        let left = pendingTokens.sum + 2 * uncutTokens
        let all = doneTokens.sum + left
        // A corpus of nothing is done; what has work left never is, however large it is.
        guard all > 0 else { return unchunked == 0 && pending == 0 ? 1 : 0 }
        return left == 0 && unchunked == 0 && pending == 0
            ? 1 : min(Double(doneTokens.sum) / Double(all), 0.9999)
    }

    /// A corpus of nothing.
    public init(name: String) {
        self.name = name
    }

    /// What `GET /v1/corpora` says of a corpus; the other counts stay in the process.
    private enum CodingKeys: String, CodingKey {
        case name, documents, unchunked, bytes, chunks, duplicates, rejects, tokens, scored, failed
        case pending, unread
        case unchunkedBytes = "unchunked_bytes"
        case doneTokens = "done_tokens"
        case tooShort = "too_short"
        case pendingTokens = "pending_tokens"
    }
}
