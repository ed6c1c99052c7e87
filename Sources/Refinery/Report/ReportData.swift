/// What a report on a selection shows: `GET /v1/report?selection=NAME`.
public struct ReportData: Codable, Sendable, Equatable {
    /// The selection.
    public var selection: SelectionSummary
    /// The corpora that it was chosen from.
    public var corpora: [String]
    /// How far both models are apart on the candidates; nil where there are none.
    public var pair: PairSummary?
    /// The models that scored.
    public var models: [ModelReport]
    /// The candidates' scores.
    public var histogram: ScoreHistogram
    /// NLLs a byte of some of the candidates, the same ones each time.
    public var scatter: [ScatterPoint]
    /// Bytes of a scored token of the candidates, on the mean; nil where there are none.
    public var tokenBytes: Double?
    /// The first of the order, those at the cut where there is one for all, the last; beside
    /// another selection also what each keeps alone.
    public var examples: [ExampleGroup]
    /// What it has in common with another selection; nil where none was named.
    public var comparison: SelectionComparison?

    private enum CodingKeys: String, CodingKey {
        case selection, corpora, pair, models, histogram, scatter, examples, comparison
        case tokenBytes = "token_bytes"
    }

    /// A report of the given parts.
    public init(
        selection: SelectionSummary, corpora: [String], pair: PairSummary?, models: [ModelReport],
        histogram: ScoreHistogram, scatter: [ScatterPoint], tokenBytes: Double?,
        examples: [ExampleGroup], comparison: SelectionComparison? = nil
    ) {
        self.selection = selection
        self.corpora = corpora
        self.pair = pair
        self.models = models
        self.histogram = histogram
        self.scatter = scatter
        self.tokenBytes = tokenBytes
        self.examples = examples
        self.comparison = comparison
    }

    /// What the job that makes a report on a selection calls itself.
    public static func jobDetail(selection name: String) -> String { "report on \(name)" }

    /// Counts of scores in bins of one width; the outermost hold what lies beyond them too.
    public struct ScoreHistogram: Codable, Sendable, Equatable {
        /// Where the first bin begins.
        public var lower: Double
        /// Where the last bin ends.
        public var upper: Double
        /// Candidates of each bin.
        public var candidates: [Int]
        /// Kept chunks of each bin.
        public var kept: [Int]

        /// Bins of no counts.
        public init(lower: Double, upper: Double, bins: Int) {
            self.lower = lower
            self.upper = upper
            candidates = [Int](repeating: 0, count: bins)
            kept = candidates
        }

        /// Counts a score.
        public mutating func add(_ score: Double, isKept: Bool) {
            let share = (score - lower) / (upper - lower)
            let place = min(max(share * Double(candidates.count), 0), Double(candidates.count - 1))
            candidates[Int(place)] += 1
            if isKept { kept[Int(place)] += 1 }
        }
    }

    /// A candidate's NLLs.
    public struct ScatterPoint: Codable, Sendable, Equatable {
        /// Teacher's NLL, nats a byte.
        public var teacher: Double
        /// Reference's NLL, nats a byte.
        public var reference: Double
        /// Whether the selection keeps it.
        public var isKept: Bool
        /// Its domain, if it has one.
        public var domain: String?

        private enum CodingKeys: String, CodingKey {
            case teacher, reference, domain
            case isKept = "kept"
        }

        /// A point of the given parts.
        public init(teacher: Double, reference: Double, isKept: Bool, domain: String? = nil) {
            self.teacher = teacher
            self.reference = reference
            self.isKept = isKept
            self.domain = domain
        }
    }

    /// Some chunks of one part of the order.
    public struct ExampleGroup: Codable, Sendable, Equatable {
        /// `best`, `cut` or `worst`; `alone` for what this selection keeps and the other does not,
        /// `other` the other way round.
        public var place: String
        /// In order.
        public var chunks: [Example]

        /// A group of the given parts.
        public init(place: String, chunks: [Example]) {
            self.place = place
            self.chunks = chunks
        }
    }

    /// A chunk to look at.
    public struct Example: Codable, Sendable, Equatable {
        /// Row id.
        public var chunk: Int64
        /// Its document's id; bytes that are not UTF-8 are replaced.
        public var document: String
        /// Which piece of the document it is, from 0.
        public var ordinal: Int
        /// Its domain, if it has one.
        public var domain: String?
        /// Place in the order, from 1.
        public var rank: Int
        /// What the order goes by.
        public var score: Double
        /// Scored tokens.
        public var tokens: Int
        /// Teacher's mean NLL, nats a token of its own; nil where it is not known.
        public var teacherLoss: Double?
        /// Reference's mean NLL, nats a token of its own; nil where it is not known.
        public var referenceLoss: Double?
        /// Whether the selection keeps it.
        public var isKept: Bool
        /// The text, of a very long one the beginning.
        public var text: String
        /// Whether the text is all of a chunk, so that its tokens can be compared.
        public var isWhole: Bool

        private enum CodingKeys: String, CodingKey {
            case chunk, document, ordinal, domain, rank, score, tokens, text
            case teacherLoss = "teacher_loss"
            case referenceLoss = "reference_loss"
            case isKept = "kept"
            case isWhole = "whole"
        }

        /// An example of the given parts.
        public init(
            chunk: Int64, document: String, ordinal: Int, domain: String?, rank: Int,
            score: Double, tokens: Int, teacherLoss: Double?, referenceLoss: Double?,
            isKept: Bool, text: String, isWhole: Bool
        ) {
            self.chunk = chunk
            self.document = document
            self.ordinal = ordinal
            self.domain = domain
            self.rank = rank
            self.score = score
            self.tokens = tokens
            self.teacherLoss = teacherLoss
            self.referenceLoss = referenceLoss
            self.isKept = isKept
            self.text = text
            self.isWhole = isWhole
        }
    }
}
