/// One number for each role.
public struct RoleCountsReport: Codable, Sendable, Equatable {
    /// The current teacher's.
    public var teacher: Int64 = 0
    /// The current reference's.
    public var reference: Int64 = 0

    /// Two zeros.
    public init() {}

    /// The two numbers that the store counts.
    public init(_ counts: RoleCounts) {
        teacher = counts.teacher
        reference = counts.reference
    }
}

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
    public var scored = RoleCountsReport()
    /// Chunks too short to score.
    public var tooShort = RoleCountsReport()
    /// Chunks that failed with a reason.
    public var failed = RoleCountsReport()
    /// (Chunk, model) pairs left to score; documents that are not cut yet come on top.
    public var pending: Int64 = 0
    /// Tokens left to score for each role, as the chunker counted.
    public var pendingTokens = RoleCountsReport()

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
        scored = RoleCountsReport(status.scored)
        tooShort = RoleCountsReport(status.tooShort)
        failed = RoleCountsReport(status.failed)
        pending = status.pending
        pendingTokens = RoleCountsReport(status.pendingTokens)
    }

    private enum CodingKeys: String, CodingKey {
        case name, documents, unchunked, chunks, duplicates, rejects, tokens, scored, failed
        case pending
        case tooShort = "too_short"
        case pendingTokens = "pending_tokens"
    }
}
