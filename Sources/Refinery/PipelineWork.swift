extension Pipeline {
    /// What is being done, as its threads share it.
    struct Work {
        var pair: ModelPair?
        /// One a place of the pair; none while no models are loaded.
        var places: [PlaceWork] = []
        var hasNewDocuments = true
        var isChunking = false
        /// The teacher reads a share, and may have more of it to read once nothing is pending.
        var mayReadMore = false
        var isPaused = false
        private(set) var phase = PipelinePhase.loading
        private(set) var failure: (any Error)?
        /// Why the store or an engine does not do its part for now.
        private(set) var obstacles: [Obstacle: RefineryError] = [:]
        var threads = 0

        /// Nothing is pending, as far as the last look into the store showed.
        var isIdle: Bool { places.allSatisfy(\.queue.isIdle) }

        /// Whether a batch is being scored.
        var isScoring: Bool { places.contains { $0.queue.inFlight > 0 } }

        var hasWork: Bool { hasNewDocuments || isChunking || mayReadMore || !isIdle }

        /// Whether it is to be seen now what the teacher reads next.
        var isDueToReadMore: Bool { mayReadMore && isIdle && !isChunking }

        /// Nothing is being done, nor will be before something changes.
        var isResting: Bool { !isScoring && !isChunking && (isPaused || !hasWork) }

        /// Whether a thread is to end.
        var isEnding: Bool { phase.isEnding }

        /// Goes to the phase that follows from an event.
        mutating func handle(_ event: PipelinePhase.Event) {
            phase = phase.after(event)
        }

        /// The models are in memory.
        mutating func load(_ pair: ModelPair, readsShare: Bool = false) {
            self.pair = pair
            mayReadMore = readsShare
            places = pair.places.map { PlaceWork($0) }
            handle(.loaded)
        }

        /// New chunks may be pending.
        mutating func look() {
            for place in places.indices { places[place].queue.look() }
        }

        /// Something cannot be done; the first error is what is told.
        mutating func fail(_ error: any Error) {
            failure = failure ?? error
            handle(.failed)
        }

        /// Something is in the way for now; says whether that is news.
        mutating func meet(_ error: RefineryError, _ obstacle: Obstacle) -> Bool {
            defer { obstacles[obstacle] = error }
            return obstacles[obstacle] != error
        }

        /// It is out of the way; says whether that is news.
        mutating func overcome(_ obstacle: Obstacle) -> Bool {
            obstacles.removeValue(forKey: obstacle) != nil
        }

        /// What is in the way, in words; nil where nothing is.
        var obstacle: String? {
            obstacles.isEmpty
                ? nil
                : obstacles.sorted { $0.key < $1.key }.map(\.value.reason).joined(separator: "; ")
        }

        /// The threads have ended: forgets the models and the chunks read.
        ///
        /// Whether there was work stays known.
        mutating func release() {
            hasNewDocuments = hasWork
            places = []
            pair = nil
            handle(.threadsEnded)
        }
    }

    /// The work of one place.
    struct PlaceWork {
        let place: ScoringPlace
        var queue = PendingQueue()
        var rate: RateMeter

        init(_ place: ScoringPlace) {
            self.place = place
            rate = RateMeter(least: 2 * place.threads)
        }

        /// A batch is recorded.
        mutating func record(_ batch: ScoringStage.Batch, at now: Double) {
            rate.add(
                time: now, seconds: batch.seconds, tokens: batch.tokens,
                operations: batch.operations)
            queue.finish()
        }
    }

    /// What may be in the way of a thread that tries again until it is not.
    enum Obstacle: Hashable, Comparable {
        /// The store takes nothing.
        case store
        /// A model cannot be loaded: its engine does not do its part.
        case loading
        /// The engine of the place with this number scores nothing.
        case place(Int)

        /// Seconds until the next try; nil for an error that it is no use to try again after.
        func pause(_ error: RefineryError, _ configuration: PipelineConfiguration) -> Double? {
            switch (self, error.kind) {
            case (.store, _) where error.isPassing && configuration.waitsForStore: 2
            case (.loading, .engineAway), (.place, .engineAway): configuration.absenceSeconds
            case (.loading, .engineRefused) where configuration.waitsForEngines,
                (.place, .engineRefused) where configuration.waitsForEngines:
                configuration.refusalSeconds
            default: nil
            }
        }
    }
}
