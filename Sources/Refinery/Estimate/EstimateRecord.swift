/// What a pilot says before a corpus is scored.
public struct EstimateRecord: Codable, Sendable, Equatable {
    /// What was read of the corpus.
    public struct Corpus: Codable, Sendable, Equatable {
        /// Documents that were read.
        public var documents: Int64
        /// Bytes of their texts.
        public var textBytes: Int64
        /// Lines that are no documents.
        public var rejected: Int64
        /// Documents of the reference's slice: no selection takes them, and the pilot drew none; nil
        /// without a reference.
        public var inSlice: Int64?
        /// The share of the files' bytes that was read before time was up.
        public var readShare: Double
        /// Tokens of the teacher in the whole corpus.
        public var tokens: Estimated
        /// Bytes of text that a token covers.
        public var bytesPerToken: Double

        private enum CodingKeys: String, CodingKey {
            case documents, rejected, tokens
            case textBytes = "text_bytes"
            case inSlice = "in_slice"
            case readShare = "read_share"
            case bytesPerToken = "bytes_per_token"
        }
    }

    /// What scoring costs on this machine.
    public struct Cost: Codable, Sendable, Equatable {
        /// Threads that models on this machine's cores were measured with.
        public var threads: Int
        /// The models that engines serve; they work beside this machine's cores.
        public var served: [ModelRole]
        /// Tokens a second through the teacher.
        public var teacherRate: Double
        /// Tokens a second through the reference; nil without one.
        public var referenceRate: Double?
        /// Hours for the whole corpus.
        public var hours: Estimated
        /// What the hours of this machine's cores cost, in the unit of what one was said to; nil
        /// where nobody said.
        public var price: Estimated?
        /// Bytes of memory for weights and all threads.
        public var memoryBytes: Int

        private enum CodingKeys: String, CodingKey {
            case threads, served, hours, price
            case teacherRate = "teacher_tokens_per_second"
            case referenceRate = "reference_tokens_per_second"
            case memoryBytes = "memory_bytes"
        }
    }

    /// How often an original beats its spoiled twin.
    public struct TwinResult: Codable, Sendable, Equatable {
        /// How the twins are spoiled.
        public var kind: TextCorruption
        /// Twins.
        public var twins: Int
        /// Twins that a guard removes.
        public var removed: Int
        /// The share of twins that a guard removes or whose difference is lower.
        public var caught: Estimated
    }

    /// What a domain is like.
    public struct Domain: Codable, Sendable, Equatable {
        /// Its name; nil for none.
        public var name: String?
        /// Its share of the bytes that were read.
        public var share: Double
        /// Chunks of it that were scored.
        public var chunks: Int
        /// Their mean difference; nil where none passes the guards.
        public var meanDifference: Double?
        /// The share of them with a negative difference.
        public var negativeShare: Double?

        private enum CodingKeys: String, CodingKey {
            case name, share, chunks
            case meanDifference = "mean_difference"
            case negativeShare = "negative_share"
        }
    }

    /// Whether the pair tells good text from bad.
    public struct Pair: Codable, Sendable, Equatable {
        /// What a difference is divided by.
        public var per: PairComparison
        /// Chunks of the main draw that pass the guards.
        public var chunks: Int
        /// Chunks of the main draw that a guard removes.
        public var removed: Int
        /// Mean difference, nats a token or byte.
        public var gap: Estimated?
        /// Correlation of both models' losses.
        public var correlation: Estimated?
        /// Of the better half, what low teacher loss alone would have picked.
        public var pickedByLoss: Estimated?
        /// How reliable one chunk's difference is, from 0 to 1; nil where tokenizers differ.
        public var reliability: Estimated?
        /// The spoiled twins, each kind apart.
        public var twins: [TwinResult]

        private enum CodingKeys: String, CodingKey {
            case per, chunks, removed, gap, correlation, reliability, twins
            case pickedByLoss = "picked_by_loss"
        }
    }

    /// The version that made it.
    public var version: String
    /// The models' paths, the teacher's first.
    public var models: [String]
    /// The seed of the pilot's draws.
    public var seed: UInt64
    /// Chunks that were scored.
    public var chunks: Int
    /// Chunks that have no score.
    public var failed: Int
    /// The corpus.
    public var corpus: Corpus
    /// The cost.
    public var cost: Cost
    /// The pair; nil without a reference.
    public var pair: Pair?
    /// The largest domains.
    public var domains: [Domain]
    /// The differences of the main draw's candidates.
    public var histogram: ReportData.ScoreHistogram?
    /// Their losses.
    public var scatter: [ReportData.ScatterPoint]
    /// What is noteworthy, each with what to do.
    public var warnings: [String]
}
