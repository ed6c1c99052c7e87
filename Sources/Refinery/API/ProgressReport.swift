/// How far a stage is, for one model.
public struct ModelProgress: Codable, Sendable, Equatable {
    /// Chunks with an outcome: a score, too short, or failed with a reason.
    public var chunksDone: Int64 = 0
    /// Chunks in all; grows while documents are still being cut.
    public var chunksTotal: Int64 = 0
    /// Tokens (as the chunker counted) of the chunks done.
    public var tokensDone: Int64 = 0
    /// Tokens (as the chunker counted) of all chunks.
    public var tokensTotal: Int64 = 0

    /// Progress to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case chunksDone = "chunks_done"
        case chunksTotal = "chunks_total"
        case tokensDone = "tokens_done"
        case tokensTotal = "tokens_total"
    }
}

/// What `--wait` polls: `GET /v1/progress?corpus=…` and `GET /v1/progress?job=…&job=…`.
///
/// With jobs (of imports) the scope is their corpora as a whole: whatever of the named files is
/// pending is then pending here too. `finished` is the one field to wait for.
public struct ProgressReport: Codable, Sendable, Equatable {
    /// What the daemon is doing.
    public var state = StatusReport.State.loading
    /// Nothing of the scope is left to cut or to score for either model.
    public var finished = false
    /// Why the scope cannot get finished, where the state is `failed`: wait no longer.
    @NullEncoded public var failure: String?
    /// Documents that are not cut into chunks yet.
    public var unchunked: Int64 = 0
    /// Bytes of text of the documents that are not cut yet.
    public var unchunkedBytes: Int64 = 0
    /// Documents in all.
    public var documents: Int64 = 0
    /// The teacher's pass.
    public var teacher = ModelProgress()
    /// The reference's pass; all zero where both are one model.
    public var reference = ModelProgress()
    /// Tokens scored a second, over both models; null until measured.
    @NullEncoded public var tokensPerSecond: Double?
    /// Seconds until the scope is finished at that rate; null when not known.
    @NullEncoded public var etaSeconds: Double?

    /// A report to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case state, finished, failure, unchunked, documents, teacher, reference
        case unchunkedBytes = "unchunked_bytes"
        case tokensPerSecond = "tokens_per_second"
        case etaSeconds = "eta_seconds"
    }
}
