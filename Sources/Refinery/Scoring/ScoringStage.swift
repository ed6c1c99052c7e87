import TeacherInference

/// The third stage of an import: both models score pending chunks, batch by batch.
///
/// One a scoring thread. What is left is a query to the store, so a stage that was stopped goes on
/// where it was.
struct ScoringStage: ~Copyable {
    /// What a batch took.
    struct Batch: Sendable {
        /// Corpus tokens, counted once however many models scored them.
        var tokens = 0
        /// Floating-point operations of the models that scored.
        var operations = 0.0
        /// Seconds, recording included.
        var seconds = 0.0
    }

    private let pair: ModelPair
    private var scorer: ChunkScorer
    private var budget: BatchBudget
    private let clock = ContinuousClock()

    /// Allocates for the largest batch.
    ///
    /// - Parameters:
    ///   - pair: the models.
    ///   - configuration: bounds a batch by tokens and by seconds.
    init(pair: ModelPair, _ configuration: PipelineConfiguration) {
        self.pair = pair
        scorer = ChunkScorer(
            pair: pair, batchTokens: configuration.batchCapacity,
            storeTokenNLL: configuration.storeTokenNLL)
        let length = configuration.maxTokens
        let operations = [pair.teacher, pair.reference].reduce(0) {
            $0 + $1.model.operations(tokens: length) / Double(length)
        }
        budget = BatchBudget(
            seconds: configuration.batchSeconds, operations: operations,
            most: configuration.batchTokens, first: length)
    }

    /// Tokens that the next batch should have at most.
    var batchTokens: Int { budget.tokens }

    /// Scores a batch and records it.
    ///
    /// - Parameters:
    ///   - chunks: the batch.
    ///   - record: writes the scores in one transaction.
    ///   - isCancelled: asked before each layer; nothing of a batch that breaks off is recorded.
    /// - Returns: What the batch took.
    /// - Throws: `CancellationError`; `ModelError` for models that give no finite log-probs; what
    ///   `record` throws.
    mutating func run(
        _ chunks: [PendingChunk], record: ([ChunkScore]) throws -> Void, isCancelled: () -> Bool
    ) throws -> Batch {
        var batch = Batch()
        let start = clock.now
        try record(scorer.score(chunks, isCancelled: isCancelled))
        batch.seconds = max((clock.now - start) / .seconds(1), 1e-6)
        for chunk in chunks {
            batch.tokens += chunk.tokens
            if chunk.needsTeacher {
                batch.operations += pair.teacher.model.operations(tokens: chunk.tokens)
            }
            if chunk.needsReference {
                batch.operations += pair.reference.model.operations(tokens: chunk.tokens)
            }
        }
        budget.measured(tokens: batch.tokens, took: batch.seconds)
        return batch
    }
}
