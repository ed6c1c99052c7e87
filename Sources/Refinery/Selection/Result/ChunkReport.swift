/// A chunk with all that decides about it: `GET /v1/chunks/{id}?selection=NAME`.
public struct ChunkReport: Codable, Sendable, Equatable {
    /// Row id.
    public var chunk: Int64
    /// The document that it is a piece of.
    public var document: Origin
    /// Which piece of the document it is, from 0.
    public var ordinal: Int
    /// Its first byte in the document's text.
    public var start: Int
    /// The byte behind its last.
    public var end: Int
    /// The text.
    public var text: String
    /// Whether its document was replaced or deleted and only a selection holds it.
    public var retired: Bool
    /// The chunk with the same text that is scored in its stead.
    @NullEncoded public var duplicateOf: SameText?
    /// The current models.
    public var models: [ModelReport]
    /// What each of them made of it; those that it is pending for are missing.
    public var scores: [Score]
    /// What means are divided by; nil where it is not scored by both.
    @NullEncoded public var unit: ScoreUnit?
    /// Its value in each column, null where there is none.
    public var columns: [String: Double?]
    /// Its value in each imported column of categories, for those that it has.
    public var categories: [String: String] = [:]
    /// Filters, guards and duplicates in their order: those of the selection's rule, else the
    /// guards that are on unless they are turned off.
    public var steps: [Step]
    /// What became of it in the selection that was asked about.
    @NullEncoded public var selection: Membership?

    private enum CodingKeys: String, CodingKey {
        case chunk, document, ordinal, start, end, text, retired, models, scores, unit, columns
        case categories, steps, selection
        case duplicateOf = "duplicate_of"
    }

    /// Where a document came from.
    public struct Origin: Codable, Sendable, Equatable {
        /// Its id in the corpus; bytes that are not UTF-8 are replaced.
        public var id: String
        /// The corpus.
        public var corpus: String
        /// The file as it was named when it was enqueued.
        public var file: String
        /// The line, from 1.
        public var line: Int
        /// The domain, if it has one.
        @NullEncoded public var domain: String?
        /// Bytes of its text.
        public var bytes: Int
        /// Chunks that it was cut into.
        public var chunks: Int
    }

    /// A chunk with the same text.
    public struct SameText: Codable, Sendable, Equatable {
        /// Row id.
        public var chunk: Int64
        /// Its document's id; bytes that are not UTF-8 are replaced.
        public var document: String
        /// Which piece of that document it is, from 0.
        public var ordinal: Int
    }

    /// What a model stored of it.
    public struct Score: Codable, Sendable, Equatable {
        /// The model's role.
        public var role: ModelRole
        /// `scored`, `too_short` or `failed`.
        public var outcome: String
        /// Why it failed.
        @NullEncoded public var reason: String?
        /// Scored tokens.
        @NullEncoded public var tokens: Int?
        /// Bytes that they cover.
        @NullEncoded public var bytes: Int?
        /// Σ NLL, nats.
        @NullEncoded public var nll: Double?
        /// Σ adapted NLL, nats.
        @NullEncoded public var nllAdapted: Double?

        private enum CodingKeys: String, CodingKey {
            case role, outcome, reason, tokens, bytes, nll
            case nllAdapted = "nll_adapted"
        }
    }

    /// A filter, a guard, or the dropping of duplicates.
    public struct Step: Codable, Sendable, Equatable {
        /// Its name, as a selection's result has it.
        public var by: String
        /// The number that it looks at, of the whole document where the rule chooses documents.
        @NullEncoded public var value: Double?
        /// The least that passes.
        @NullEncoded public var least: Double?
        /// The most that passes.
        @NullEncoded public var most: Double?
        /// Whether it removes the chunk; nil where a step before it has, so that it is not asked.
        @NullEncoded public var removes: Bool?
    }

    /// What became of a chunk, or of its document, in a selection.
    public struct Membership: Codable, Sendable, Equatable {
        /// The selection's name.
        public var name: String
        /// Whether chunks or documents are chosen.
        public var unit: ItemUnit
        /// Whether it is kept.
        public var isKept: Bool
        /// Its place in the order, from 1; nil of what is no candidate.
        @NullEncoded public var rank: Int?
        /// Candidates of the rule among the scores as they stand.
        public var candidates: Int
        /// What it is ordered by.
        @NullEncoded public var score: Double?
        /// The score at which what is kept ends; nil where lots, a mix or matching decide as well.
        @NullEncoded public var cut: Double?
        /// Why it is no candidate: the step's name, or `pending`, `too_short`, `failed`, `retired`
        /// or `corpus` for one that the steps are not asked about.
        @NullEncoded public var removedBy: String?
        /// The candidate with the same text, where it is its duplicate.
        @NullEncoded public var stands: Int64?
        /// What the rule's mix goes by: `domain`, or the name of a column; nil without a mix, and
        /// of what is no candidate.
        @NullEncoded public var mixBy: String?
        /// Whether the mix gives its domain, or category, a share; nil where ``mixBy`` is.
        @NullEncoded public var hasShare: Bool?

        private enum CodingKeys: String, CodingKey {
            case name, unit, rank, candidates, score, cut, stands
            case isKept = "kept"
            case removedBy = "removed_by"
            case mixBy = "mix_by"
            case hasShare = "has_share"
        }
    }
}
