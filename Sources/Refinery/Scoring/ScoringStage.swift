/// The third stage of an import: the models of a place score pending chunks, batch by batch.
///
/// One a thread of the place. What is left is a query to the store, so a stage that was stopped goes on
/// where it was.
struct ScoringStage: ~Copyable {
    /// What a batch took.
    struct Batch: Sendable {
        /// Corpus tokens, counted once however many models scored them.
        var tokens = 0
        /// Corpus tokens by the model that scored them.
        var tokensByRole = RoleCounts()
        /// Floating-point operations of the models that scored.
        var operations = 0.0
        /// Seconds, recording included.
        var seconds = 0.0
    }

    private let pair: ModelPair
    private let place: ScoringPlace
    private var scorer: ChunkScorer
    private var budget: BatchBudget
    private let clock = ContinuousClock()

    /// Allocates for the largest batch.
    ///
    /// - Parameters:
    ///   - pair: the models.
    ///   - place: which of them score here; bounds a batch by tokens.
    ///   - configuration: bounds a batch by seconds.
    init(pair: ModelPair, place: ScoringPlace, _ configuration: PipelineConfiguration) {
        self.pair = pair
        self.place = place
        scorer = ChunkScorer(
            pair: pair, roles: place.roles, batchTokens: place.batchCapacity,
            storeTokenNLL: configuration.storeTokenNLL,
            summarises: configuration.teacherShare != nil)
        let length = configuration.maxTokens
        let operations = place.roles.reduce(0) {
            $0 + pair.member($1).model.operations(tokens: length) / Double(length)
        }
        budget = BatchBudget(
            seconds: configuration.batchSeconds, operations: operations,
            most: place.batchTokens, first: length)
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
    /// - Throws: `CancellationError`; `ModelError` for models that give no finite log-probs;
    ///   ``RefineryError`` for an engine that scores nothing; what `record` throws.
    mutating func run(
        _ chunks: [PendingChunk], record: ([ChunkScore]) throws -> Void, isCancelled: () -> Bool
    ) throws -> Batch {
        var batch = Batch()
        let start = clock.now
        try record(scorer.score(chunks, isCancelled: isCancelled))
        batch.seconds = max((clock.now - start) / .seconds(1), 1e-6)
        for chunk in chunks {
            batch.tokens += chunk.tokens
            for role in place.roles where chunk.needs(role) {
                batch.operations += pair.member(role).model.operations(tokens: chunk.tokens)
                batch.tokensByRole[role] += Int64(chunk.tokens)
            }
        }
        budget.measured(tokens: batch.tokens, took: batch.seconds)
        return batch
    }
}
