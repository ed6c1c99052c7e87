/// What an engine says of one sequence of n token ids, checked.
public struct EngineScore: Sendable, Equatable {
    /// ln p of each id but the first, given those before it, nats; max(n − 1, 0) of them, at most 0.
    public var logProbs: [Float]

    /// How many logits are at least that of the id, so 1 where the model ranked it first.
    ///
    /// As many as log-probs; nil where the engine gives none.
    public var ranks: [Int32]?

    /// A score of its parts.
    public init(logProbs: [Float], ranks: [Int32]?) {
        self.logProbs = logProbs
        self.ranks = ranks
    }

    /// Σ −ln p, nats.
    public var nll: Double { logProbs.reduce(0) { $0 - Double($1) } }

    /// −ln p of the mean id, nats; 0 for a sequence with nothing to score.
    public var meanNLL: Double { logProbs.isEmpty ? 0 : nll / Double(logProbs.count) }
}

/// An engine's whole answer to one request, every check passed.
struct EngineAnswer: Sendable, Equatable {
    /// One a sequence, in the order in which they were sent.
    var scores: [EngineScore]
    /// The model's name that the answer carries, if it does.
    var model: String?
    /// vLLM's `system_fingerprint` or SGLang's `weight_version`, if the answer has one.
    var fingerprint: String?
}
