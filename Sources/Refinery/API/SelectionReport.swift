/// Documents, chunks, tokens and bytes of a set of chunks.
public struct ChunkTotals: Codable, Sendable, Equatable {
    /// Documents with at least one of the chunks.
    public var documents: Int64 = 0
    /// Chunks.
    public var chunks: Int64 = 0
    /// Scored tokens.
    public var tokens: Int64 = 0

    /// Totals of nothing.
    public init() {}
}

/// What a selection did to one domain.
public struct DomainReport: Codable, Sendable, Equatable {
    /// The domain; null for documents without one.
    @NullEncoded public var domain: String?
    /// The candidates.
    public var candidates = ChunkTotals()
    /// Those kept.
    public var kept = ChunkTotals()
    /// The candidates' mean score; null without candidates.
    @NullEncoded public var meanScore: Double?

    /// A report to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case domain, candidates, kept
        case meanScore = "mean_score"
    }
}

/// A recorded selection: the answer to `POST /v1/selections`, and a row of `GET /v1/selections`
/// (there `domains` and the quantiles are empty).
public struct SelectionReport: Codable, Sendable, Equatable {
    /// The selection's number.
    public var id: Int64 = 0
    /// The job's number, in the answer to `POST`.
    @NullEncoded public var job: Int64?
    /// Its name.
    @NullEncoded public var name: String?
    /// The corpus selected from; null for all.
    @NullEncoded public var corpus: String?
    /// When it was made, in milliseconds since 1970, UTC.
    public var created: Int64 = 0
    /// The rule.
    public var rule = SelectionRequest.Rule()
    /// `token` or `byte`: what the difference is divided by.
    public var per = ""
    /// The teacher's fingerprint.
    public var teacher = ""
    /// The reference's fingerprint.
    public var reference = ""
    /// The scored chunks left after duplicates and guards.
    public var candidates = ChunkTotals()
    /// The chunks kept.
    public var kept = ChunkTotals()
    /// The lowest score kept.
    @NullEncoded public var scoreMin: Double?
    /// The highest score kept.
    @NullEncoded public var scoreMax: Double?
    /// Tokens a chunk at the quantiles 0, ¼, ½, ¾, 1 of the chunks kept; empty where none is.
    public var keptLengths: [Int64] = []
    /// The same of the candidates dropped.
    public var droppedLengths: [Int64] = []
    /// By domain, in byte order; documents without one last.
    public var domains: [DomainReport] = []

    /// A report to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case id, job, name, corpus, created, rule, per, teacher, reference, candidates, kept
        case domains
        case scoreMin = "score_min"
        case scoreMax = "score_max"
        case keptLengths = "kept_lengths"
        case droppedLengths = "dropped_lengths"
    }
}
