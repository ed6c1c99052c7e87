/// Where some of a pair's models do their work: this machine's cores, or an engine.
///
/// Each place has a queue of its own, so that none waits for another. Models that take the cores
/// share a place: a chunk is read and tokenised once for both.
struct ScoringPlace: Sendable, Equatable {
    /// The roles whose models are there.
    let roles: [ModelRole]
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
        func place(_ roles: [ModelRole], _ threads: Int, _ batchTokens: Int) -> ScoringPlace {
            ScoringPlace(
                roles: roles, threads: threads, batchTokens: batchTokens,
                batchCapacity: PipelineConfiguration.capacity(
                    batchTokens: batchTokens, maxTokens: configuration.maxTokens))
        }
        var places: [ScoringPlace] = []
        for (role, model) in models.roles {
            guard let workers = model.remoteWorkers else { continue }
            places.append(place([role], workers.threads, workers.batchTokens))
        }
        let onCores = models.roles.filter { $0.value.remoteWorkers == nil }.map(\.role)
        if !onCores.isEmpty {
            places.append(
                place(onCores, configuration.scoringThreads, configuration.batchTokens))
        }
        return places
    }

    /// What a log calls its threads.
    var name: String {
        roles.count == 1 ? "refinery.score.\(roles[0].rawValue)" : "refinery.score"
    }
}
