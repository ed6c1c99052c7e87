extension Pipeline {
    /// What is being done, as its threads share it.
    struct Work {
        var pair: ModelPair?
        var queue = PendingQueue()
        var rate: RateMeter
        var hasNewDocuments = true
        var isChunking = false
        var isPaused = false
        var isStopping = false
        /// The threads are to end, since the models are given back.
        var isReleasing = false
        /// The models are loaded again when there is work.
        var isReleased = false
        var failure: (any Error)?
        /// Why the store takes nothing for now.
        var obstacle: RefineryError?
        var threads = 0

        var hasWork: Bool { hasNewDocuments || isChunking || !queue.isIdle }

        /// Nothing is being done, nor will be before something changes.
        var isResting: Bool {
            queue.inFlight == 0 && !isChunking && (isPaused || !hasWork)
        }

        /// Whether a thread is to end.
        var isEnding: Bool { isStopping || isReleasing }

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

        /// Forgets the models and the chunks read; whether there was work stays known.
        mutating func release() {
            hasNewDocuments = hasWork
            queue = .settled
            pair = nil
            isReleasing = false
            isReleased = true
        }
    }
}
