extension Pipeline {
    /// What is being done, as its threads share it.
    struct Work {
        var pair: ModelPair?
        var queue = PendingQueue()
        var rate: RateMeter
        var hasNewDocuments = true
        var isChunking = false
        var isPaused = false
        private(set) var phase = PipelinePhase.loading
        private(set) var failure: (any Error)?
        /// Why the store takes nothing for now.
        var obstacle: RefineryError?
        var threads = 0

        var hasWork: Bool { hasNewDocuments || isChunking || !queue.isIdle }

        /// Nothing is being done, nor will be before something changes.
        var isResting: Bool {
            queue.inFlight == 0 && !isChunking && (isPaused || !hasWork)
        }

        /// Whether a thread is to end.
        var isEnding: Bool { phase.isEnding }

        /// Goes to the phase that follows from an event.
        mutating func handle(_ event: PipelinePhase.Event) {
            phase = phase.after(event)
        }

        /// The models are in memory.
        mutating func load(_ pair: ModelPair) {
            self.pair = pair
            handle(.loaded)
        }

        /// Something cannot be done; the first error is what is told.
        mutating func fail(_ error: any Error) {
            failure = failure ?? error
            handle(.failed)
        }

        /// The store takes nothing; says whether that is news.
        mutating func meet(_ error: RefineryError) -> Bool {
            defer { obstacle = error }
            return obstacle != error
        }

        /// The store takes what it is given; says whether that is news.
        mutating func overcome() -> Bool {
            defer { obstacle = nil }
            return obstacle != nil
        }

        /// A batch is recorded.
        mutating func record(_ batch: ScoringStage.Batch, at now: Double) {
            rate.add(
                time: now, seconds: batch.seconds, tokens: batch.tokens,
                operations: batch.operations)
            queue.finish()
        }

        /// The threads have ended: forgets the models and the chunks read.
        ///
        /// Whether there was work stays known.
        mutating func release() {
            hasNewDocuments = hasWork
            queue = .settled
            pair = nil
            handle(.threadsEnded)
        }
    }
}
