/// What a model found out about a chunk.
public struct ChunkScore: Sendable, Equatable {
    /// How scoring went.
    public enum Outcome: Sendable, Equatable {
        /// The sums over the scored tokens; `tokenNLL16` holds one 16-bit value a token.
        case scored(ScoreSums, tokenNLL16: [UInt8]? = nil)
        /// Nothing to score.
        case tooShort
        /// No score, for the reason given.
        case failed(String)

        /// The word of the table `score`.
        var word: String {
            switch self {
            case .scored: "scored"
            case .tooShort: "too_short"
            case .failed: "failed"
            }
        }
    }

    /// Row id in `chunk`.
    public var chunk: Int64
    /// Row id in `model`.
    public var model: Int64
    /// How it went.
    public var outcome: Outcome
    /// What a reference saw of it, an encoded `ChunkSummary`; nil where nobody asked.
    public var summary: [UInt8]?

    /// A score of the given parts.
    public init(chunk: Int64, model: Int64, outcome: Outcome, summary: [UInt8]? = nil) {
        self.chunk = chunk
        self.model = model
        self.outcome = outcome
        self.summary = summary
    }
}
