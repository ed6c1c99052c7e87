/// One number for each role.
public struct RoleCountsReport: Codable, Sendable, Equatable {
    /// The current teacher's.
    public var teacher: Int64 = 0
    /// The current reference's.
    public var reference: Int64 = 0

    /// Two zeros.
    public init() {}

    /// Two numbers.
    public init(teacher: Int64, reference: Int64) {
        self.teacher = teacher
        self.reference = reference
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

    private enum CodingKeys: String, CodingKey {
        case name, documents, unchunked, chunks, duplicates, rejects, tokens, scored, failed
        case pending
        case tooShort = "too_short"
        case pendingTokens = "pending_tokens"
    }
}
