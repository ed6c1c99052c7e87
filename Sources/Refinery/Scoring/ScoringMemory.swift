/// The memory that scoring takes: weights, which are mapped from their files, and what each thread
/// works in, allocated once.
public struct ScoringMemory: Sendable, Equatable {
    /// Threads that score.
    public let threads: Int
    /// Tokens that one thread's batch has room for.
    public let batchTokens: Int
    /// Bytes of all models' weights.
    public let weightBytes: Int
    /// Bytes of one thread, for all models.
    public let workerBytes: Int

    /// The formula for `models` scored by every thread of a pipeline with this `configuration`.
    public init(_ models: [any ScoringModel], _ configuration: PipelineConfiguration) {
        self.init(
            models, threads: configuration.scoringThreads, batchTokens: configuration.batchTokens,
            maxTokens: configuration.maxTokens)
    }

    /// The same for batches of `batchTokens` tokens and chunks of up to `maxTokens`.
    public init(_ models: [any ScoringModel], threads: Int, batchTokens: Int, maxTokens: Int) {
        let capacity = PipelineConfiguration.capacity(
            batchTokens: batchTokens, maxTokens: maxTokens)
        self.threads = threads
        self.batchTokens = capacity
        weightBytes = models.reduce(0) { $0 + $1.weightBytes }
        workerBytes = models.reduce(0) { sum, model in
            let longest = min(maxTokens + 1, model.maxContext)
            return sum + model.workerMemory(maxTokens: capacity, longest: longest)
        }
    }

    /// Weights and all threads, in bytes.
    public var bytes: Int { weightBytes + threads * workerBytes }
}
