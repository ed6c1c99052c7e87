import ReferenceTraining

/// What a user asks of a proof.
public struct ProofRequest: Codable, Sendable, Equatable {
    /// The selection that is judged.
    public var selection: String
    /// Another selection, whose students are trained too; nil: none.
    public var beside: String?
    /// Students of each arm; each has its own first weights and order, shared by all arms.
    public var seeds = 5
    /// Domains whose held-out documents judge; empty with ``hasTarget`` false: no verdict.
    public var judgeDomains: [String] = []
    /// Whether files of the user's judge.
    public var hasTarget = false
    /// Passes over an arm's chunks.
    public var epochs = 1
    /// Layers of a student; nil with ``width``: by the tokens.
    public var layers: Int?
    /// Width of a student.
    public var width: Int?
    /// The field of a line that holds the text.
    public var textField = "text"
    /// The field of a line that holds the domain.
    public var domainField = "domain"
    /// Whether only the arms that decide are trained.
    public var isBrief = false
    /// Whether fewer than ``ProofTarget/leastDocuments`` may judge.
    public var anyway = false

    /// A request with the defaults.
    public init(selection: String) {
        self.selection = selection
    }

    /// The arms that are trained.
    var arms: [ProofArm] {
        ProofArm.first + ProofArm.deciding + otherArms
    }

    /// The arms that tell more.
    var otherArms: [ProofArm] {
        (beside == nil ? [] : [.beside]) + (isBrief ? [] : ProofArm.others)
    }

    /// Whether the proof ends with a verdict: what it is measured on was named before the run.
    public var hasVerdict: Bool { hasTarget || !judgeDomains.isEmpty }
}

/// What is decided once, before the first student is trained.
public struct ProofPlan: Codable, Sendable, Equatable {
    /// What the user asked for.
    public var request: ProofRequest
    /// The rule of the selection, as JSON.
    public var rule: String
    /// The rule of the selection beside it, as JSON.
    public var besideRule: String?
    /// Tokens that it keeps.
    public var besideTokens: Int?
    /// Tokens that the selection keeps.
    public var keptTokens: Int
    /// SHA-256 of the teacher's tokenizer, in hexadecimal.
    public var tokenizer: String
    /// What stands in front of a text.
    public var contextRule: String
    /// What the store held: the random arms draw from it.
    public var pool: Pool
    /// The files that the judging documents came from; none: the store.
    public var files: [CorpusDocuments.File]
    /// The documents that judge.
    public var target: ProofTarget
    /// The students' shape.
    public var shape: ReferenceShape
    /// The students' settings, but for the seed.
    public var settings: TrainingSettings

    private enum CodingKeys: String, CodingKey {
        case request, rule, tokenizer, pool, files, target, shape, settings
        case keptTokens = "kept_tokens"
        case besideRule = "beside_rule"
        case besideTokens = "beside_tokens"
        case contextRule = "context_rule"
    }

    /// How much a store holds.
    public struct Pool: Codable, Sendable, Equatable {
        /// Documents.
        public var documents: Int64
        /// Chunks.
        public var chunks: Int64
        /// Scores that are still to come, of both models.
        public var pending: Int64
    }
}

/// What one student did: of one arm and seed.
public struct ProofStudent: Codable, Sendable, Equatable {
    /// A point of the learning curve.
    public struct Point: Codable, Sendable, Equatable {
        /// Steps done.
        public var step: Int
        /// Predicted tokens that were learned from.
        public var tokens: Int64
        /// Bits a byte on the judging documents.
        public var bitsPerByte: Double

        private enum CodingKeys: String, CodingKey {
            case step, tokens
            case bitsPerByte = "bits_per_byte"
        }
    }

    /// What it was trained on.
    public var arm: ProofArm
    /// Its seed.
    public var seed: Int
    /// Chunks of its arm.
    public var chunks: Int64
    /// Predicted tokens of its arm.
    public var tokens: Int64
    /// The learning curve so far.
    public var curve: [Point] = []
    /// Σ NLL in nats of each judging document under the last weights.
    public var nll: [Double] = []
    /// Seconds that its training took.
    public var seconds = 0.0

    /// A student that has learned nothing yet.
    init(arm: ProofArm, seed: Int, chunks: Int64, tokens: Int64) {
        (self.arm, self.seed, self.chunks, self.tokens) = (arm, seed, chunks, tokens)
    }
}
