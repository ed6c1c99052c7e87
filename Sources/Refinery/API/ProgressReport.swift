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

    /// Adds one corpus's counts for one role.
    public mutating func add(_ status: CorpusStatus, _ role: KeyPath<RoleCounts, Int64>) {
        let done =
            status.scored[keyPath: role] + status.tooShort[keyPath: role]
            + status.failed[keyPath: role]
        chunksDone += done
        chunksTotal += done + status.pendingByRole[keyPath: role]
        tokensDone += status.doneTokens[keyPath: role]
        tokensTotal +=
            status.doneTokens[keyPath: role] + status.pendingTokens[keyPath: role]
    }

    private enum CodingKeys: String, CodingKey {
        case chunksDone = "chunks_done"
        case chunksTotal = "chunks_total"
        case tokensDone = "tokens_done"
        case tokensTotal = "tokens_total"
    }
}

/// What `--wait` polls: `GET /v1/progress?corpus=…&first_document=…&last_document=…`.
///
/// Without the documents the scope is the corpus, without the corpus the store. `finished`,
/// `failedChunks` and `failedReason` are of the scope, the counts are of the corpus as a whole.
public struct ProgressReport: Codable, Sendable, Equatable {
    /// What the daemon is doing.
    public var state = PipelineState.loading
    /// Nothing of the scope is left to cut or to score for either model.
    public var finished = false
    /// Why the scope cannot get finished, where the state is `failed`: wait no longer.
    @NullEncoded public var failure: String?
    /// Why nothing moves for now, where the state is `waiting`; absent otherwise.
    public var waiting: String?
    /// Chunks of the scope that failed with a reason; they count as done.
    public var failedChunks: Int64 = 0
    /// The reason of the first of them; null where the scope names no documents.
    @NullEncoded public var failedReason: String?
    /// Documents that are not cut into chunks yet.
    public var unchunked: Int64 = 0
    /// Bytes of text of the documents that are not cut yet.
    public var unchunkedBytes: Int64 = 0
    /// Documents in all.
    public var documents: Int64 = 0
    /// The teacher's pass.
    public var teacher = ModelProgress()
    /// The reference's pass; the same as the teacher's where both are one model.
    public var reference = ModelProgress()
    /// Tokens scored a second, over both models; null until measured.
    @NullEncoded public var tokensPerSecond: Double?
    /// Seconds until the scope is finished at that rate; null when not known.
    @NullEncoded public var etaSeconds: Double?

    /// How far the fingerprints of the models are, where the state is `loading`; absent otherwise.
    public var loading: LoadingProgress?
    /// Threads that score on the daemon's cores; absent where none does.
    public var threads: Int?

    /// A report to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case state, finished, failure, waiting, unchunked, documents, teacher, reference
        case loading, threads
        case failedChunks = "failed_chunks"
        case failedReason = "failed_reason"
        case unchunkedBytes = "unchunked_bytes"
        case tokensPerSecond = "tokens_per_second"
        case etaSeconds = "eta_seconds"
    }
}
