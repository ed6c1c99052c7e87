extension Pipeline {
    /// What the pipeline is doing, and why where it is `waiting` or `failed`.
    public var condition: (state: PipelineState, reason: String?) {
        work.read { work in
            if let failure = work.failure { return (.failed, "\(failure)") }
            if let obstacle = work.obstacle { return (.waiting, obstacle) }
            if work.phase == .loading { return (.loading, nil) }
            if work.isPaused { return (.paused, nil) }
            if work.isScoring { return (.scoring, nil) }
            if work.isChunking || work.hasNewDocuments { return (.chunking, nil) }
            return (work.isIdle && !work.mayReadMore ? .idle : .scoring, nil)
        }
    }

    /// What the pipeline is doing.
    public var state: PipelineState { condition.state }

    /// How far the fingerprints of the models are that are being loaded; nil otherwise.
    var loading: LoadingProgress? { work.read(\.loading) }

    /// Threads that score on this machine's cores; nil where none does, or no models are loaded.
    var scoringThreads: Int? {
        work.read { $0.places.first { !$0.place.isServed }?.place.threads }
    }

    /// Whether the teacher may have more of its share to read, once nothing is pending.
    var mayReadMore: Bool { work.read(\.mayReadMore) }

    /// The share of the chunks that the teacher reads.
    var teacherShare: Double {
        configuration.teacherShare.flatMap { Double($0.description) } ?? 1
    }

    /// Whether the models are in memory.
    var hasModels: Bool { work.read { $0.pair != nil } }

    /// Corpus tokens scored by both models a second, in the last minute; nil when not measured.
    ///
    /// Of several places the slowest that has work decides.
    public var tokensPerSecond: Double? {
        work.read { work in
            let busy = work.places.filter { !$0.queue.isIdle }
            return (busy.isEmpty ? work.places : busy).compactMap(\.rate.tokensPerSecond).min()
        }
    }

    /// How long `pending` tokens of each role will take at the present rate; nil when not known.
    public func timeLeft(pending: RoleCounts) -> TimeLeft? {
        work.read { work in
            guard let pair = work.pair else { return nil }
            let length = configuration.maxTokens / 2
            // Places work side by side: the last one to end decides.
            var longest = TimeLeft(seconds: 0, error: 0)
            for place in work.places {
                let operations = place.place.roles.reduce(0.0) { sum, role in
                    let tokens = role == .teacher ? pending.teacher : pending.reference
                    return sum + Double(tokens)
                        * pair.member(role).model.operations(tokens: length) / Double(length)
                }
                guard let rate = place.rate.operationsPerSecond, rate > 0 else {
                    if operations > 0 || work.places.count == 1 { return nil }
                    continue
                }
                let left = TimeLeft(seconds: operations / rate, error: place.rate.error ?? 1)
                if left.seconds > longest.seconds { longest = left }
            }
            return longest
        }
    }
}
