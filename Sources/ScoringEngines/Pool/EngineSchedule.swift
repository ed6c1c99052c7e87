/// What is to be sent where: the state of a run of ``EnginePool``, without clocks or connections.
///
/// Requests go to the endpoint with the least tokens in flight that has room. An endpoint that
/// failed is set aside, and then gets one request alone, which begins with its check.
struct EngineSchedule {
    typealias Instant = ContinuousClock.Instant

    /// Sequences that are sent together.
    struct Request: Sendable {
        var sequences: [EngineSequence]
        var tokens: Int
        /// How often its only sequence was refused; 0 for several.
        var refusals = 0
        /// The endpoint that refused it, which another one is to confirm where there is one.
        var refuser: Int?
    }

    /// A request with the endpoint that it goes to.
    struct Start: Sendable {
        var endpoint: Int
        var request: Request
        /// Whether the endpoint's identity and canary are checked first.
        var isCheck: Bool
        /// Tokens in flight there before this request.
        var tokensInFlight: Int
    }

    /// What is known of an endpoint.
    struct Endpoint {
        var tokensInFlight = 0
        var requests = 0
        var failures = 0
        var wrongAnswers = 0
        var asideUntil: Instant?
        /// Whether it has passed its check since it was last set aside.
        var isChecked = false
        var scoredSinceCheck = 0
        /// Ordinal of the last request, so that idle endpoints take turns.
        var lastStart = 0
    }

    private let options: EnginePoolOptions
    private let sequencesPerRequest: Int
    private(set) var endpoints: [Endpoint]
    /// Longest first within what was added together; those before `head` are sent.
    private var waiting: [EngineSequence] = []
    private var head = 0
    private var waitingTokens = 0
    /// Requests that failed, to be sent again before anything else.
    private var again: [Request] = []
    private var starts = 0

    /// A schedule without work.
    init(endpoints: Int, sequencesPerRequest: Int, options: EnginePoolOptions) {
        self.options = options
        self.sequencesPerRequest = sequencesPerRequest
        self.endpoints = Array(repeating: Endpoint(), count: endpoints)
    }

    /// Whether nothing waits and nothing is in flight.
    var isIdle: Bool { !hasWaiting && endpoints.allSatisfy { $0.requests == 0 } }

    /// Whether less waits than all endpoints take at once.
    var wantsMore: Bool { waitingTokens < options.tokensInFlight * endpoints.count }

    private var hasWaiting: Bool { head < waiting.count || !again.isEmpty }

    /// Adds sequences behind those that wait.
    mutating func add(_ sequences: [EngineSequence]) {
        waiting.removeFirst(head)
        head = 0
        waiting += sequences.sorted { $0.tokens.count > $1.tokens.count }
        waitingTokens += sequences.reduce(0) { $0 + $1.tokens.count }
    }

    /// Puts a request back, to be the next that is sent.
    mutating func putBack(_ request: Request) {
        again.append(request)
    }

    /// Puts each sequence of a request back by itself.
    mutating func putBackSingly(_ request: Request) {
        for sequence in request.sequences.reversed() {
            again.append(Request(sequences: [sequence], tokens: sequence.tokens.count))
        }
    }

    /// The next request to send now; nil where nothing waits or no endpoint has room.
    mutating func start(now: Instant) -> Start? {
        guard hasWaiting else { return nil }
        for place in endpoints.indices {
            guard let until = endpoints[place].asideUntil, until <= now else { continue }
            endpoints[place].asideUntil = nil
            endpoints[place].isChecked = false
        }
        let next = again.last ?? upcoming()
        let present = endpoints.indices.filter { endpoints[$0].asideUntil == nil }
        let free = present.filter { place in
            let endpoint = endpoints[place]
            guard place != next.refuser || present.count == 1 else { return false }
            return endpoint.requests == 0
                || endpoint.isChecked
                    && endpoint.tokensInFlight + next.tokens <= options.tokensInFlight
        }
        let best = free.min {
            let (one, other) = (endpoints[$0], endpoints[$1])
            return (one.tokensInFlight, one.lastStart) < (other.tokensInFlight, other.lastStart)
        }
        guard let best else { return nil }
        if again.isEmpty {
            head += next.sequences.count
            waitingTokens -= next.tokens
        } else {
            again.removeLast()
        }
        starts += 1
        let before = endpoints[best].tokensInFlight
        let isCheck =
            !endpoints[best].isChecked || endpoints[best].scoredSinceCheck >= options.checkEvery
        if isCheck { endpoints[best].scoredSinceCheck = 0 }
        endpoints[best].tokensInFlight += next.tokens
        endpoints[best].requests += 1
        endpoints[best].lastStart = starts
        return Start(endpoint: best, request: next, isCheck: isCheck, tokensInFlight: before)
    }

    /// The first moment at which an endpoint that is aside may be tried again, if work waits.
    var wake: Instant? {
        hasWaiting ? endpoints.compactMap(\.asideUntil).min() : nil
    }

    /// Notes that a request was answered well.
    mutating func succeeded(_ start: Start) {
        ended(start)
        endpoints[start.endpoint].failures = 0
        endpoints[start.endpoint].wrongAnswers = 0
        // A request that was sent before the endpoint failed says nothing of its state since.
        if start.isCheck { endpoints[start.endpoint].isChecked = true }
        endpoints[start.endpoint].scoredSinceCheck += start.request.sequences.count
    }

    /// Notes that the endpoint answered, though not with scores.
    ///
    /// It may serve something else now: the next request begins with a check.
    mutating func refused(_ start: Start) {
        ended(start)
        endpoints[start.endpoint].isChecked = start.isCheck
    }

    /// Notes a failure and sets the endpoint aside for `pause` of its failures in a row.
    ///
    /// - Returns: Wrong answers in a row from there.
    mutating func failed(
        _ start: Start, isWrong: Bool, now: Instant, pause: (_ failures: Int) -> Duration
    ) -> Int {
        ended(start)
        // Requests that fail together are one failure.
        if endpoints[start.endpoint].asideUntil == nil {
            endpoints[start.endpoint].failures += 1
            if isWrong { endpoints[start.endpoint].wrongAnswers += 1 }
        }
        let until = now + pause(endpoints[start.endpoint].failures)
        endpoints[start.endpoint].asideUntil = max(
            until, endpoints[start.endpoint].asideUntil ?? until)
        return endpoints[start.endpoint].wrongAnswers
    }

    private mutating func ended(_ start: Start) {
        endpoints[start.endpoint].tokensInFlight -= start.request.tokens
        endpoints[start.endpoint].requests -= 1
    }

    private func upcoming() -> Request {
        var end = head
        var tokens = 0
        while end < waiting.count, end - head < sequencesPerRequest,
            end == head || tokens + waiting[end].tokens.count <= options.requestTokens
        {
            tokens += waiting[end].tokens.count
            end += 1
        }
        return Request(sequences: Array(waiting[head..<end]), tokens: tokens)
    }
}
