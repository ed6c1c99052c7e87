import TeacherInference

/// Scores sequences in this process, on one thread.
final class NativeScorer: SequenceScoring {
    private let model: LanguageModel
    private var scorer: BatchScorer

    /// Allocates for batches of up to `batchTokens` tokens.
    init(model: LanguageModel, batchTokens: Int) {
        self.model = model
        scorer = BatchScorer(model: model, maxTokens: batchTokens)
    }

    /// Tokens that memory is there for: those of the longest batch so far.
    var batchTokens: Int { scorer.maxTokens }

    /// Scores one batch; a sequence longer than that gets more memory.
    func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool
    ) throws -> [SequenceOutcome] {
        let context = model.contextToken == nil ? 0 : 1
        let tokens = sequences.reduce(0) { $0 + $1.count + context }
        if tokens > scorer.maxTokens { scorer = BatchScorer(model: model, maxTokens: tokens) }
        return try scorer.score(sequences, isCancelled: isCancelled).map { .scored($0) }
    }
}
