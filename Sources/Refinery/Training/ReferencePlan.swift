import ReferenceTraining
import TeacherInference

/// What is decided once, before a reference is trained: the slice, the model's shape, the steps.
///
/// A training that was killed goes on by the plan that it was begun with, whatever the machine's
/// speed is then, so that it ends with the same bytes.
public struct ReferencePlan: Codable, Sendable, Equatable {
    /// What the user asked for.
    public var request: ReferenceRequest
    /// SHA-256 of the teacher's tokenizer, in hexadecimal.
    public var tokenizer: String
    /// The token in front of every sequence; nil for none.
    public var contextToken: Int32?
    /// What was read.
    public var corpus: CorpusDocuments.Tally
    /// The documents that train and those that are held out.
    public var slice: CorpusSlice
    /// Documents, chunks and predicted tokens that train.
    public var training: SliceCounts
    /// Documents, chunks and predicted tokens that are held out.
    public var heldOut: SliceCounts
    /// The held-out loss of the slice's interpolated 3-gram, nats a token.
    public var trigramLoss: Double
    /// Passes over the slice.
    public var epochs: Int64
    /// The model.
    public var shape: ReferenceShape
    /// The optimiser's settings.
    public var settings: TrainingSettings

    /// Whether the reference sees the tokens that a teacher sees.
    public func suits(_ teacher: LanguageModel) -> Bool {
        tokenizer == ModelFingerprint.tokenizer(teacher.tokenizer)
            && contextToken == teacher.contextToken
    }

    /// What is noteworthy of it, each with what to do.
    public var warnings: [String] {
        var warnings: [String] = []
        let seen = Double(training.tokens) * Double(epochs)
        let perParameter = seen / Double(max(1, shape.bodyParameters))
        if perParameter < 20 {
            warnings.append(
                "training sees \(Int(min(perParameter, 1e9))) tokens for each parameter beside the "
                    + "embedding; 20 are usual: give more text, a larger --share, or a smaller model"
            )
        }
        if let wanted = request.tokens, Double(training.tokens) < 0.8 * Double(wanted) {
            warnings.append(
                "\(wanted) tokens were asked for, and the slice has \(training.tokens): it takes "
                    + "at most half of the corpus")
        }
        if !slice.isSpared {
            warnings.append(
                "the slice is \(slice.share) of the corpus, more than a fifth, so selections "
                    + "choose from it, too: its chunks' differences are too low by what the "
                    + "reference remembers")
        }
        if heldOut.documents < 50 {
            warnings.append(
                "only \(heldOut.documents) documents are held out, so the held-out loss is rough: "
                    + "give more text, or a larger --held-out")
        }
        return warnings
    }
}

/// How much a part of a slice holds.
public struct SliceCounts: Codable, Sendable, Equatable {
    /// Documents.
    public var documents: Int64 = 0
    /// Chunks that are sequences.
    public var chunks: Int64 = 0
    /// Tokens that are predicted in one pass.
    public var tokens: Int64 = 0
}

/// What a user asks of a training.
public struct ReferenceRequest: Codable, Sendable, Equatable {
    /// Decides the slice, the first weights and the order.
    public var seed: UInt64 = 0
    /// The field of a line that holds the text.
    public var textField = "text"
    /// The share of documents that is held out; nil: 0.005, or more of few documents.
    public var heldOut: String?
    /// The share of documents that trains; nil: 0.05, or as much as a small corpus needs.
    public var share: String?
    /// Tokens that the slice should have about; nil: as the share says.
    public var tokens: Int64?
    /// Passes over the slice; nil: more of a small slice.
    public var epochs: Int?
    /// The most tokens of a chunk.
    public var maxTokens = 1024
    /// Layers of the model; nil with ``width``: by the tokens.
    public var layers: Int?
    /// Width of the model.
    public var width: Int?
    /// The longest that training may take, in hours; nil: as long as it takes.
    public var hours: Double?
    /// Whether a slice of less than ``ReferenceSizes/leastTokens`` trains all the same.
    public var anyway = false

    /// What holds where nothing else is said.
    public init() {}
}
