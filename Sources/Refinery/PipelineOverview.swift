/// What an operator sees of a pipeline beside the counts of its store.
public struct PipelineOverview: Sendable, Equatable {
    /// Where models score: this machine's cores, or an engine.
    public struct Place: Sendable, Equatable, Codable {
        /// The roles whose models are there.
        public var roles: [ModelRole]
        /// Whether an engine serves them.
        public var isServed: Bool
        /// Threads that take batches.
        public var threads: Int
        /// Batches that are being scored.
        public var batches: Int
        /// Corpus tokens a second in the last minute; nil where nothing was measured.
        @NullEncoded public var tokensPerSecond: Double?
        /// Why it scores nothing for now; nil where nothing is in the way.
        @NullEncoded public var waiting: String?

        private enum CodingKeys: String, CodingKey {
            case roles, threads, batches, waiting
            case isServed = "served"
            case tokensPerSecond = "tokens_per_second"
        }
    }

    /// The places; none while no models are in memory.
    public var places: [Place]
    /// What was scored when.
    public var history: RateHistory
}

extension Pipeline {
    /// The places and what was scored when.
    public var overview: PipelineOverview { work.read(\.overview) }
}

extension Pipeline.Work {
    fileprivate var overview: PipelineOverview {
        PipelineOverview(
            places: places.enumerated().map { number, place in
                PipelineOverview.Place(
                    roles: place.place.roles, isServed: place.place.isServed,
                    threads: place.place.threads, batches: place.queue.inFlight,
                    tokensPerSecond: place.queue.isIdle ? nil : place.rate.tokensPerSecond,
                    waiting: obstacles[.place(number)]?.reason)
            }, history: history)
    }
}
