import Logging

/// The rules of one run of ``EnginePool``: what an ending means for the work and the endpoints.
struct EngineRun {
    /// How a request ended.
    enum Ending: Sendable {
        case answered(EngineAnswer, weightVersion: String?, seconds: Double)
        case failed(EngineError)
    }

    /// What a run waits for.
    enum Event: Sendable {
        /// More work, nil at its end.
        case window([EngineSequence]?)
        case ended(EngineSchedule.Start, Ending)
        /// An endpoint may be tried again.
        case woke
    }

    /// What is to be sent where.
    var schedule: EngineSchedule
    private let clients: [EngineClient]
    private let options: EnginePoolOptions
    private let timing: EngineTiming
    private let logger: Logger
    private let memory: PoolMemory
    private var lastSuccess = ContinuousClock.now
    private var lastError: EngineError?

    init(
        clients: [EngineClient], options: EnginePoolOptions, timing: EngineTiming,
        memory: PoolMemory, logger: Logger
    ) {
        self.clients = clients
        self.options = options
        self.timing = timing
        self.logger = logger
        self.memory = memory
        schedule = EngineSchedule(
            endpoints: clients.count,
            sequencesPerRequest: clients.map(\.codec.sequencesPerRequest).min() ?? 1,
            options: options)
    }

    /// Adds work.
    ///
    /// - Returns: The results of sequences that need no engine: with nothing to score, or too long.
    /// - Throws: ``EngineError`` (invalid) for a negative id.
    mutating func admit(_ sequences: [EngineSequence]) throws(EngineError) -> [EngineResult] {
        var results: [EngineResult] = []
        var work: [EngineSequence] = []
        for sequence in sequences {
            let count = sequence.tokens.count
            if let id = sequence.tokens.first(where: { $0 < 0 }) {
                throw EngineError(.invalid, "sequence \(sequence.id) has the token id \(id)")
            }
            if count < 2 {
                let nothing = EngineScore(logProbs: [], ranks: nil)
                results.append(EngineResult(id: sequence.id, outcome: .scored(nothing)))
            } else if let most = options.longestSequence, count > most {
                let reason = "\(count) tokens, but the engine takes \(most)"
                results.append(EngineResult(id: sequence.id, outcome: .failed(reason)))
            } else {
                work.append(sequence)
            }
        }
        // While there was nothing to do, nothing could be scored.
        if schedule.isIdle { lastSuccess = .now }
        schedule.add(work)
        return results
    }

    /// Sends a request, after the endpoint's check where it is due.
    ///
    /// - Throws: `CancellationError`.
    static func perform(
        _ start: EngineSchedule.Start, by client: EngineClient, _ pace: EnginePace,
        _ options: EnginePoolOptions
    ) async throws -> Ending {
        do {
            var version: String?
            if start.isCheck {
                let identity = try await client.identity()
                version = identity.weightVersion
                try check(identity, client, options)
                if let canary = options.canary { try await check(canary, client, start, pace) }
            }
            let began = ContinuousClock.now
            let answer = try await client.answer(
                start.request.sequences.map(\.tokens), tokensInFlight: start.tokensInFlight,
                pace: pace)
            return .answered(
                answer, weightVersion: version,
                seconds: began.duration(to: .now) / .seconds(1))
        } catch let error as EngineError {
            return .failed(error)
        }
    }

    /// Refuses an endpoint that came back with a shorter context: it would fail sequence by sequence.
    private static func check(
        _ identity: EngineIdentity, _ client: EngineClient, _ options: EnginePoolOptions
    ) throws(EngineError) {
        guard let most = options.longestSequence, let context = identity.contextLength else {
            return
        }
        let room = client.longestSequence(context: context)
        guard room >= most else {
            throw EngineError(
                .refused,
                "\(client.url): the engine takes sequences of \(room) tokens, before it took \(most)",
                hint: "serve the model with the longer context again, or start anew")
        }
    }

    private static func check(
        _ canary: EngineCanary, _ client: EngineClient, _ start: EngineSchedule.Start,
        _ pace: EnginePace
    ) async throws {
        do {
            let found = try await client.canary(
                canary.ids, tokensInFlight: start.tokensInFlight + start.request.tokens, pace)
            try canary.check(found.meanNLL)
        } catch let error as EngineError {
            guard error.kind == .sequence || error.kind == .refused else { throw error }
            throw EngineError(
                .refused, "\(client.url): the canary failed: \(error.message)", hint: error.hint)
        }
    }

    /// Takes a request's end.
    ///
    /// - Returns: Results to record; none where the request is sent again.
    /// - Throws: ``EngineError`` for what ends the run.
    mutating func take(
        _ ending: Ending, of start: EngineSchedule.Start
    ) throws(EngineError) -> [EngineResult] {
        switch ending {
        case .answered(let answer, let version, let seconds):
            try compare(answer, weightVersion: version, endpoint: start.endpoint)
            if start.isCheck, schedule.endpoints[start.endpoint].failures > 0 {
                logger.notice(
                    "engine endpoint is back",
                    metadata: ["engine.url": "\(clients[start.endpoint].url)"])
            }
            schedule.succeeded(start)
            memory.answered(
                endpoint: start.endpoint, tokens: start.request.tokens + start.tokensInFlight,
                seconds: seconds)
            lastSuccess = .now
            return zip(start.request.sequences, answer.scores).map {
                EngineResult(id: $0.id, outcome: .scored($1))
            }
        case .failed(let error):
            switch error.kind {
            case .refused, .invalid: throw error
            case .sequence: return try refused(start, error)
            case .unavailable(let retryAfter):
                try failed(start, error, isWrong: false, retryAfter: retryAfter)
            case .wrongAnswer: try failed(start, error, isWrong: true, retryAfter: nil)
            }
            return []
        }
    }

    /// Ends a run whose engines have been away for too long.
    ///
    /// - Throws: ``EngineError`` (unavailable).
    func checkPatience() throws(EngineError) {
        guard let patience = options.patience, .now - lastSuccess > patience else { return }
        throw EngineError(
            .unavailable(retryAfter: nil),
            "nothing was scored for \(patience); the last error: \(lastError?.message ?? "none")",
            hint: lastError?.hint)
    }

    /// The engine cannot score a sequence: each once more by itself, then it is given up.
    private mutating func refused(
        _ start: EngineSchedule.Start, _ error: EngineError
    ) throws(EngineError) -> [EngineResult] {
        schedule.refused(start)
        guard start.request.sequences.count == 1 else {
            schedule.putBackSingly(start.request)
            return []
        }
        guard start.request.refusals > 0 else {
            var request = start.request
            request.refusals = 1
            request.refuser = start.endpoint
            schedule.putBack(request)
            return []
        }
        let failuresInARow = memory.refused()
        guard failuresInARow < options.mostFailures else {
            throw EngineError(
                .refused,
                "\(failuresInARow) sequences in a row were refused and none scored; the last: "
                    + error.message, hint: error.hint)
        }
        return [EngineResult(id: start.request.sequences[0].id, outcome: .failed(error.message))]
    }

    private mutating func failed(
        _ start: EngineSchedule.Start, _ error: EngineError, isWrong: Bool, retryAfter: Duration?
    ) throws(EngineError) {
        lastError = error
        let timing = timing, jitter = Double.random(in: 0...1)
        var pause = Duration.zero
        // Requests that fail together are one failure.
        if error.isTimeout, schedule.endpoints[start.endpoint].asideUntil == nil {
            memory.timedOut(endpoint: start.endpoint)
        }
        let wrongAnswers = schedule.failed(start, isWrong: isWrong, now: .now) { failures in
            pause = timing.pause(failures: failures, retryAfter: retryAfter, jitter: jitter)
            return pause
        }
        guard wrongAnswers < options.mostWrongAnswers else {
            throw EngineError(
                .refused,
                "\(wrongAnswers) answers in a row were wrong; the last: \(error.message)",
                hint: error.hint)
        }
        schedule.putBack(start.request)
        logger.warning(
            "engine endpoint set aside",
            metadata: [
                "engine.url": "\(clients[start.endpoint].url)", "error": "\(error.message)",
                "pause.seconds": "\(pause / .seconds(1))",
            ])
        try checkPatience()
    }

    /// Compares what an answer carries with what came first.
    private func compare(
        _ answer: EngineAnswer, weightVersion version: String?, endpoint: Int
    ) throws(EngineError) {
        if let found = answer.fingerprint {
            let first = memory.fingerprint(found, endpoint: endpoint)
            guard first == found else {
                throw changed(endpoint, "the fingerprint \"\(first)\"", found)
            }
        }
        guard let reported = version ?? clients[endpoint].reportedRevision(answer) else { return }
        let first = memory.revision(reported)
        guard first == reported else {
            throw changed(endpoint, "the revision \"\(first)\"", reported)
        }
    }

    private func changed(_ endpoint: Int, _ known: String, _ found: String) -> EngineError {
        EngineError(
            .refused, "\(clients[endpoint].url): the engine had \(known), and now has \"\(found)\"",
            hint: "scores of other weights are never mixed; bring the old ones back, or start anew")
    }
}
