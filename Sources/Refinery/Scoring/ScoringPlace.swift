/// Where some of a pair's models do their work: this machine's cores, or an engine.
///
/// Each place has a queue of its own, so that none waits for another. Models that take the cores
/// share a place: a chunk is read and tokenised once for both.
struct ScoringPlace: Sendable, Equatable {
    /// The roles whose models are there.
    let roles: [ModelRole]
    /// Whether an engine serves them.
    let isServed: Bool
    /// Threads that take batches.
    let threads: Int
    /// The most tokens of a batch.
    let batchTokens: Int
    /// Tokens that one thread's memory is sized for: at least one chunk and its context token.
    let batchCapacity: Int

    /// The places of a pair, the teacher's first.
    static func all(
        _ models: ByRole<any ScoringModel>, _ configuration: PipelineConfiguration
    ) -> [ScoringPlace] {
        func place(
            _ roles: [ModelRole], isServed: Bool, _ threads: Int, _ batchTokens: Int
        ) -> ScoringPlace {
            ScoringPlace(
                roles: roles, isServed: isServed, threads: threads, batchTokens: batchTokens,
                batchCapacity: PipelineConfiguration.capacity(
                    batchTokens: batchTokens, maxTokens: configuration.maxTokens))
        }
        var places: [ScoringPlace] = []
        for (role, model) in models.roles {
            guard let workers = model.remoteWorkers else { continue }
            places.append(place([role], isServed: true, workers.threads, workers.batchTokens))
        }
        let onCores = models.roles.filter { $0.value.remoteWorkers == nil }.map(\.role)
        if !onCores.isEmpty {
            places.append(
                place(
                    onCores, isServed: false, configuration.scoringThreads,
                    configuration.batchTokens))
        }
        return places
    }

    /// What a log calls its threads.
    var name: String {
        roles.count == 1 ? "refinery.score.\(roles[0].rawValue)" : "refinery.score"
    }
}
