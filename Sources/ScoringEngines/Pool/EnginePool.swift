import Logging

/// Scores sequences by several endpoints that serve the same weights.
///
/// Tokens in flight are bounded for each endpoint. One that fails is set aside, its work is done by
/// the others, and it is tried again. Nothing runs outside the calls: cancelling one ends its
/// requests. Several calls at once each have bounds of their own.
///
/// What the engines called their weights in one call holds for all later ones, and so do refusals in
/// a row and how fast each endpoint is.
public struct EnginePool: Sendable {
    private let clients: [EngineClient]
    private let options: EnginePoolOptions
    private let timing: EngineTiming
    private let logger: Logger
    private let memory: PoolMemory

    /// A pool over clients of the same model.
    ///
    /// - Parameters:
    ///   - clients: at least one.
    ///   - options: bounds on what is sent.
    ///   - timing: how long endpoints that fail are set aside; that of the clients' transport.
    ///   - logger: is told of endpoints that are set aside and come back; never of texts or keys.
    public init(
        _ clients: [EngineClient], options: EnginePoolOptions = EnginePoolOptions(),
        timing: EngineTiming = EngineTiming(), logger: Logger
    ) {
        precondition(!clients.isEmpty)
        self.clients = clients
        self.options = options
        self.timing = timing
        self.logger = logger
        memory = PoolMemory(endpoints: clients.count, revision: options.revision)
    }

    private init(_ clients: [EngineClient], _ old: EnginePool) {
        precondition(clients.count == old.clients.count)
        self.clients = clients
        options = old.options
        timing = old.timing
        logger = old.logger
        memory = old.memory
    }

    /// The same pool over other connections to the same endpoints, in the same order.
    public func replacing(_ clients: [EngineClient]) -> EnginePool {
        EnginePool(clients, self)
    }

    /// Scores all of `sequences`.
    ///
    /// - Returns: an outcome a sequence, in order.
    /// - Throws: ``EngineError`` for what ends the run; `CancellationError`.
    public func score(_ sequences: [[Int32]]) async throws -> [EngineOutcome] {
        var outcomes: [EngineOutcome?] = Array(repeating: nil, count: sequences.count)
        let work = sequences.enumerated().map {
            EngineSequence(id: Int64($0.offset), tokens: $0.element)
        }
        try await run(work, next: { nil }) { results in
            for result in results { outcomes[Int(result.id)] = result.outcome }
        }
        return outcomes.map { $0 ?? .failed("it was not scored") }
    }

    /// Scores what `next` gives until it gives nothing more.
    ///
    /// - Parameters:
    ///   - next: the next window of work, asked for ahead; nil at the end. Within a window the
    ///     longest sequences are sent first.
    ///   - record: takes the results of each request as soon as they are there, one call at a
    ///     time. Nothing new is sent until it returns.
    /// - Throws: ``EngineError`` for what ends the run; what the closures throw;
    ///   `CancellationError`. What was recorded before stands.
    public func run(
        next: @escaping @Sendable () async throws -> [EngineSequence]?,
        record: ([EngineResult]) async throws -> Void
    ) async throws {
        try await run([], next: next, record: record)
    }

    private func run(
        _ first: [EngineSequence],
        next: @escaping @Sendable () async throws -> [EngineSequence]?,
        record: ([EngineResult]) async throws -> Void
    ) async throws {
        var run = EngineRun(
            clients: clients, options: options, timing: timing, memory: memory, logger: logger)
        try await withThrowingTaskGroup(of: EngineRun.Event.self) { group in
            defer { group.cancelAll() }
            var isAsking = false, isAtEnd = false
            var timer: EngineSchedule.Instant?
            try await admit(first, to: &run, record)
            while true {
                if !isAtEnd, !isAsking, run.schedule.wantsMore {
                    isAsking = true
                    group.addTask { .window(try await next()) }
                }
                while let start = run.schedule.start(now: .now) {
                    let client = clients[start.endpoint], options = options
                    let pace = memory.pace(endpoint: start.endpoint)
                    group.addTask {
                        .ended(start, try await EngineRun.perform(start, by: client, pace, options))
                    }
                }
                if isAtEnd, run.schedule.isIdle { return }
                if let wake = run.schedule.wake, timer.map({ wake < $0 }) ?? true {
                    timer = wake
                    group.addTask {
                        try await Task.sleep(until: wake)
                        return .woke
                    }
                }
                switch try await group.next() {
                case .window(let window):
                    isAsking = false
                    isAtEnd = window == nil
                    try await admit(window ?? [], to: &run, record)
                case .ended(let start, let ending):
                    let results = try run.take(ending, of: start)
                    if !results.isEmpty { try await record(results) }
                case .woke:
                    timer = nil
                    try run.checkPatience()
                case nil: return
                }
            }
        }
    }

    /// Adds work to a run, and records at once what needs no engine.
    private func admit(
        _ sequences: [EngineSequence], to run: inout EngineRun,
        _ record: ([EngineResult]) async throws -> Void
    ) async throws {
        let results = try run.admit(sequences)
        if !results.isEmpty { try await record(results) }
    }
}
