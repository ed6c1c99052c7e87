/// A document's text, waiting to be cut.
public struct DocumentText: Sendable, Equatable {
    /// Row id in `document`.
    public var id: Int64
    /// The text, UTF-8 bytes.
    public var text: [UInt8]
}

/// One piece of a document.
public struct ChunkCut: Sendable, Equatable {
    /// Its bytes in the document's text.
    public var range: Range<Int>
    /// How many tokens it has, tokenised by itself by the teacher's tokenizer.
    public var tokens: Int
    /// SHA-256 of its bytes, 32 bytes.
    public var sha256: [UInt8]

    /// A piece of the given parts.
    public init(range: Range<Int>, tokens: Int, sha256: [UInt8]) {
        self.range = range
        self.tokens = tokens
        self.sha256 = sha256
    }
}

/// A chunk that a current model has not scored yet.
public struct PendingChunk: Sendable, Equatable {
    /// Row id in `chunk`.
    public var id: Int64
    /// The text, UTF-8 bytes.
    public var text: [UInt8]
    /// How many tokens the chunker's tokenizer counted.
    public var tokens: Int
    /// Whether the current teacher has yet to score it.
    public var needsTeacher: Bool
    /// Whether the current reference has yet to score it; false where both are one model.
    public var needsReference: Bool
}

/// What a model found out about a chunk.
public struct ChunkScore: Sendable, Equatable {
    /// How scoring went.
    public enum Outcome: Sendable, Equatable {
        /// The sums over the scored tokens, in nats; `tokenNLL16` one 16-bit value a token,
        /// `nllAdapted` and `repetition` as ``AdaptedNLL`` and ``RepeatedWindows`` have them.
        case scored(
            tokens: Int, bytes: Int, nll: Double, nllSquared: Double, top1: Int, top10: Int,
            tokenNLL16: [UInt8]?, nllAdapted: Double? = nil, repetition: Double? = nil)
        /// Nothing to score.
        case tooShort
        /// No score, for the reason given.
        case failed(String)
    }

    /// Row id in `chunk`.
    public var chunk: Int64
    /// Row id in `model`.
    public var model: Int64
    /// How it went.
    public var outcome: Outcome

    /// A score of the given parts.
    public init(chunk: Int64, model: Int64, outcome: Outcome) {
        self.chunk = chunk
        self.model = model
        self.outcome = outcome
    }
}
