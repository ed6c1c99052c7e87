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
        /// How far the fingerprints of the models are that are being loaded.
        var loading: LoadingProgress?
        private(set) var phase = PipelinePhase.loading
        private(set) var failure: (any Error)?
        /// Why the store or an engine does not do its part for now.
        private(set) var obstacles: [Obstacle: RefineryError] = [:]
        var threads = 0
        /// What was scored when; it outlives the models.
        private(set) var history = RateHistory()

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
            loading = nil
            mayReadMore = readsShare
            places = pair.places.map { PlaceWork($0) }
            handle(.loaded)
        }

        /// New chunks may be pending.
        mutating func look() {
            for place in places.indices { places[place].queue.look() }
        }

        /// A batch is recorded.
        ///
        /// - Parameters:
        ///   - batch: what it took.
        ///   - number: the place's.
        ///   - uptime: now, on a steady clock.
        ///   - seconds: now, counted from 1970, UTC.
        mutating func record(
            _ batch: ScoringStage.Batch, at number: Int, uptime: Double, seconds: Int64
        ) {
            places[number].record(batch, at: uptime)
            history.add(batch.tokensByRole, at: seconds)
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
        ///
        /// An engine that stays away is asked less and less often, and not by all at once.
        ///
        /// - Parameters:
        ///   - error: what is in the way.
        ///   - tries: how often it was so before.
        ///   - configuration: says what is waited for, and how long.
        /// - Returns: seconds; nil to give up.
        func pause(
            _ error: RefineryError, tries: Int, _ configuration: PipelineConfiguration
        ) -> Double? {
            switch (self, error.kind) {
            case (.store, _) where error.isPassing && configuration.waitsForStore: return 2
            case (.loading, .engineAway), (.place, .engineAway):
                let pause = configuration.absenceSeconds * Double(1 << min(tries, 10))
                return min(pause, max(configuration.absenceSeconds, Self.longestAbsence))
                    * Double.random(in: 0.75...1)
            case (.loading, .engineRefused) where configuration.waitsForEngines,
                (.place, .engineRefused) where configuration.waitsForEngines:
                return configuration.refusalSeconds
            default: return nil
            }
        }

        /// Seconds after which an engine that is away is asked again at the latest.
        private static let longestAbsence = 30.0
    }
}
