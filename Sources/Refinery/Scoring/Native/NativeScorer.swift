import Prediction
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
        makeRoom(for: sequences)
        return try scorer.score(sequences, isCancelled: isCancelled).map { .scored($0) }
    }

    /// Scores one batch, and adds up the hidden states of each sequence.
    func scoreNatively(
        _ sequences: [[TokenID]], isCancelled: () -> Bool,
        states: (_ sequence: Int, HiddenStateSums) -> Void
    ) throws -> [SequenceOutcome] {
        makeRoom(for: sequences)
        return try withoutActuallyEscaping(states) { states in
            try scorer.score(sequences, isCancelled: isCancelled) { sequence, rows in
                var sums = HiddenStateSums(width: rows.width)
                rows.forEach { sums.add($0) }
                states(sequence, sums)
            }
        }.map { .scored($0) }
    }

    private func makeRoom(for sequences: [[TokenID]]) {
        let context = model.contextToken == nil ? 0 : 1
        let tokens = sequences.reduce(0) { $0 + $1.count + context }
        if tokens > scorer.maxTokens { scorer = BatchScorer(model: model, maxTokens: tokens) }
    }
}
