import TeacherInference

/// Scores sequences of token ids with one model, in this process or by an engine.
///
/// One a thread.
public protocol SequenceScoring: AnyObject {
    /// Tokens that one call takes, context tokens included.
    ///
    /// A single sequence may have more.
    var batchTokens: Int { get }

    /// Scores `sequences`; blocks.
    ///
    /// - Parameters:
    ///   - sequences: ids of the model's own tokenizer, without the context token, which is put in
    ///     front here; each fits the model's context behind it.
    ///   - isCancelled: asked now and then; true gives the call up.
    /// - Returns: an outcome a sequence, in order.
    /// - Throws: `ModelError`; ``RefineryError`` (engineAway, engineRefused) where the engine scores
    ///   nothing; `CancellationError`.
    func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool
    ) throws -> [SequenceOutcome]
}

/// What became of a sequence.
public enum SequenceOutcome: Sendable, Equatable {
    /// Its score, whose numbers may not be finite.
    case scored(SequenceScore)
    /// It cannot be scored, for this reason; others can.
    case failed(String)
}
