/// A sequence to score, with what its owner knows it by.
public struct EngineSequence: Sendable, Equatable {
    /// The owner's number.
    public var id: Int64
    /// Token ids, context token included; the first is not scored.
    public var tokens: [Int32]

    /// A sequence.
    public init(id: Int64, tokens: [Int32]) {
        self.id = id
        self.tokens = tokens
    }
}

/// What became of a sequence.
public enum EngineOutcome: Sendable, Equatable {
    /// Every check was passed.
    case scored(EngineScore)
    /// The engine cannot score it, for this reason; it was asked twice.
    case failed(String)
}

/// What became of a sequence, with the owner's number.
public struct EngineResult: Sendable, Equatable {
    /// The owner's number.
    public var id: Int64
    /// What became of it.
    public var outcome: EngineOutcome
}
