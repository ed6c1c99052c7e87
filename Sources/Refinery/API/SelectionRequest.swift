/// The body of `POST /v1/selections`: `{"rule": {…}, "name": …, "corpus": …}`.
public struct SelectionRequest: Codable, Sendable, Equatable {
    /// What to keep; exactly one of the first four is given.
    public struct Rule: Codable, Sendable, Equatable {
        /// Keep the N best chunks.
        public var topK: Int64?
        /// Keep ⌊R × candidates⌋ chunks; an exact decimal such as `0.5`, as a JSON string.
        public var ratio: String?
        /// Keep in rank order, stop at the first chunk that would take Σ tokens over N.
        public var tokenBudget: Int64?
        /// Keep every chunk with at least this score.
        public var minScore: Double?
        /// Exact duplicates are exported at each of their places.
        public var keepDuplicates: Bool?
        /// No guards (a later issue brings them).
        public var noGuards: Bool?

        /// A rule to fill in.
        public init() {}

        private enum CodingKeys: String, CodingKey {
            case ratio
            case topK = "top_k"
            case tokenBudget = "token_budget"
            case minScore = "min_score"
            case keepDuplicates = "keep_duplicates"
            case noGuards = "no_guards"
        }
    }

    /// What to keep.
    public var rule = Rule()
    /// The selection's name, unique in the store; null for none.
    public var name: String?
    /// The corpus to select from; null for all.
    public var corpus: String?

    /// A request to fill in.
    public init() {}
}
