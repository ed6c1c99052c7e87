/// The counts of one corpus: `GET /v1/corpora`, and inside `GET /v1/status`.
public struct CorpusReport: Codable, Sendable, Equatable {
    /// The corpus's name.
    public var name = ""
    /// Documents.
    public var documents: Int64 = 0
    /// Documents that are not cut into chunks yet.
    public var unchunked: Int64 = 0
    /// Chunks, duplicates included.
    public var chunks: Int64 = 0
    /// Chunks whose text equals an earlier chunk's.
    public var duplicates: Int64 = 0
    /// Lines rejected.
    public var rejects: Int64 = 0
    /// Tokens of all chunks as the chunker counted.
    public var tokens: Int64 = 0
    /// Chunks with a score of the current models.
    public var scored = RoleCounts()
    /// Chunks too short to score.
    public var tooShort = RoleCounts()
    /// Chunks that failed with a reason.
    public var failed = RoleCounts()
    /// (Chunk, model) pairs left to score; documents that are not cut yet come on top.
    public var pending: Int64 = 0
    /// Tokens left to score for each role, as the chunker counted.
    public var pendingTokens = RoleCounts()

    /// Counts to fill in.
    public init() {}

    /// The report of what the store counts.
    public init(_ status: CorpusStatus) {
        name = status.name
        documents = status.documents
        unchunked = status.unchunked
        chunks = status.chunks
        duplicates = status.duplicates
        rejects = status.rejects
        tokens = status.tokens
        scored = status.scored
        tooShort = status.tooShort
        failed = status.failed
        pending = status.pending
        pendingTokens = status.pendingTokens
    }

    private enum CodingKeys: String, CodingKey {
        case name, documents, unchunked, chunks, duplicates, rejects, tokens, scored, failed
        case pending
        case tooShort = "too_short"
        case pendingTokens = "pending_tokens"
    }
}
