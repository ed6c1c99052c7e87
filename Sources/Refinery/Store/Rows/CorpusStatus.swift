/// The counts of one corpus, read from `counter`.
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
    /// Chunks left to score, over both roles.
    public var pending: Int64 { pendingByRole.sum }
    /// Chunks left to score.
    public var pendingByRole = RoleCounts()
    /// Tokens (as the chunker counted) of the chunks left to score.
    public var pendingTokens = RoleCounts()

    /// A corpus of nothing.
    public init(name: String) {
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case name, documents, unchunked, bytes, chunks, duplicates, rejects, tokens, scored
        case failed, pending
        case unchunkedBytes = "unchunked_bytes"
        case tooShort = "too_short"
        case doneTokens = "done_tokens"
        case pendingByRole = "pending_by_role"
        case pendingTokens = "pending_tokens"
    }

    /// Reads the object that `encode` writes; `pending` is derived.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        documents = try values.decode(Int64.self, forKey: .documents)
        unchunked = try values.decode(Int64.self, forKey: .unchunked)
        bytes = try values.decode(Int64.self, forKey: .bytes)
        unchunkedBytes = try values.decode(Int64.self, forKey: .unchunkedBytes)
        chunks = try values.decode(Int64.self, forKey: .chunks)
        duplicates = try values.decode(Int64.self, forKey: .duplicates)
        rejects = try values.decode(Int64.self, forKey: .rejects)
        tokens = try values.decode(Int64.self, forKey: .tokens)
        scored = try values.decode(RoleCounts.self, forKey: .scored)
        tooShort = try values.decode(RoleCounts.self, forKey: .tooShort)
        failed = try values.decode(RoleCounts.self, forKey: .failed)
        doneTokens = try values.decode(RoleCounts.self, forKey: .doneTokens)
        pendingByRole = try values.decode(RoleCounts.self, forKey: .pendingByRole)
        pendingTokens = try values.decode(RoleCounts.self, forKey: .pendingTokens)
    }

    /// Writes every count, `pending` included.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(documents, forKey: .documents)
        try values.encode(unchunked, forKey: .unchunked)
        try values.encode(bytes, forKey: .bytes)
        try values.encode(unchunkedBytes, forKey: .unchunkedBytes)
        try values.encode(chunks, forKey: .chunks)
        try values.encode(duplicates, forKey: .duplicates)
        try values.encode(rejects, forKey: .rejects)
        try values.encode(tokens, forKey: .tokens)
        try values.encode(scored, forKey: .scored)
        try values.encode(tooShort, forKey: .tooShort)
        try values.encode(failed, forKey: .failed)
        try values.encode(doneTokens, forKey: .doneTokens)
        try values.encode(pending, forKey: .pending)
        try values.encode(pendingByRole, forKey: .pendingByRole)
        try values.encode(pendingTokens, forKey: .pendingTokens)
    }
}
