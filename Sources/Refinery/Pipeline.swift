import CMalloc
import Foundation
import Logging
import TeacherInference

/// The stages between import and selection, on threads of their own: documents are cut into chunks,
/// pending chunks are scored by both models.
///
/// `refineryd` and `refinectl refine` run it.
///
///     document ─chunk→ chunk + pending ─batches→ reference and teacher pass → score
///
/// What is left to do is a query to the store, so a restart resumes by itself. A worker owns whole
/// batches; each batch's scores are one transaction.
public final class Pipeline: Sendable {
    private let store: Store
    let configuration: PipelineConfiguration
    private let logger: Logger
    /// What a teacher that reads a share reads next; nil where it reads everything.
    private let share: PipelineShare?
    let work: Monitor<Work>
    private let announcement: AsyncStream<Void>.Continuation

    /// Yields when a rest may have ended: documents arrived, scoring was paused or goes on.
    ///
    /// For one reader, who may miss all but the last.
    public let changes: AsyncStream<Void>

    /// A pipeline over `store`; ``run()`` or ``drain()`` starts it.
    ///
    /// - Parameters:
    ///   - store: what it reads and writes.
    ///   - configuration: what it works with.
    ///   - rule: by which a selection will be made, so that a teacher that reads a share reads what
    ///     lies around its cut; nil where nobody knows.
    ///   - logger: is told what happens.
    public init(
        store: Store, configuration: PipelineConfiguration, rule: SelectionRule? = nil,
        logger: Logger
    ) {
        self.store = store
        self.configuration = configuration
        self.logger = logger
        share = configuration.teacherShare.map { _ in
            PipelineShare(store, rule: rule, logger: logger)
        }
        work = Monitor(Work())
        (changes, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Loads the models, then cuts and scores whatever arrives, until ``stop()`` or cancellation.
    ///
    /// - Throws: the error that ended it: a model that cannot be used, a store that cannot be
    ///   written.
    public func run() async throws {
        try await start(draining: false)
    }

    /// As ``run()``, but returns once nothing is left to do.
    public func drain() async throws {
        try await start(draining: true)
    }

    /// Gives up the batches in flight at their next layer and lets ``run()`` return.
    public func stop() {
        work.change { $0.handle(.stopped) }
    }

    /// New documents are in the store.
    public func wake() {
        work.change {
            for place in $0.places.indices where $0.places[place].queue.isIdle {
                $0.places[place].rate.reset()
            }
            $0.hasNewDocuments = true
            $0.look()
        }
        announcement.yield()
    }

    /// Stops handing out batches, or goes on; batches in flight are finished.
    public func setPaused(_ isPaused: Bool) {
        work.change { $0.isPaused = isPaused }
        announcement.yield()
    }

    private func start(draining: Bool) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try WorkThread.start("refinery.pipeline") {
                        continuation.resume(with: Result { try self.work(draining: draining) })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            stop()
        }
    }

    /// Blocks until everything is done or stopped.
    private func work(draining: Bool) throws {
        var fingerprints: ModelPair.Fingerprints?
        do {
            repeat {
                fingerprints = try load(fingerprints)
                spawn("refinery.chunk") { try self.chunk(draining: draining) }
                for (number, place) in work.read({ $0.places.map(\.place) }).enumerated() {
                    for index in 0..<place.threads {
                        spawn("\(place.name).\(index)") { try self.score(at: number) }
                    }
                }
                waitForThreads(draining: draining)
                work.change { $0.release() }
                // What the models and the threads' buffers took goes back to the system.
                malloc_trim(0)
            } while try waitForWork()
        } catch is CancellationError where work.read(\.phase.isOver) {
            // Stopped while an engine or the store was waited for.
        } catch {
            work.change { $0.fail(error) }
            throw error
        }
        if let failure = work.read(\.failure) { throw failure }
    }

    /// Loads the models, which must be the `known` ones where they were loaded before.
    private func load(_ known: ModelPair.Fingerprints?) throws -> ModelPair.Fingerprints {
        var loader = PairLoader(configuration)
        let pair = try retrying(.loading) {
            try retrying(.store) {
                try ModelPair(
                    &loader, store: store, logger: logger, known: known,
                    isCancelled: { self.work.read(\.phase.isOver) },
                    told: { progress in work.change { $0.loading = progress } })
            }
        }
        try retrying(.store) { try store.limitTeacher(to: configuration.teacherShare) }
        work.change { $0.load(pair, readsShare: share != nil) }
        return pair.fingerprints
    }

    /// Blocks until the threads have ended: all is done or stopped, or nothing was to be done for
    /// so long that the models can go.
    private func waitForThreads(draining: Bool) {
        func isDone(_ work: Work) -> Bool {
            work.phase.isOver || (draining && !work.hasWork)
        }
        let idleSeconds = configuration.idleSeconds
        var isOver = false
        while !isOver {
            isOver = work.wait { work -> Bool? in
                if isDone(work) { return true }
                return idleSeconds > 0 && work.isResting ? false : nil
            }
            let isChanged: Void? =
                isOver
                ? () : work.wait(seconds: idleSeconds) { isDone($0) || !$0.isResting ? () : nil }
            if isChanged == nil { break }
        }
        if isOver {
            stop()
        } else {
            work.change { $0.handle(.rested) }
            logger.info("models released", metadata: ["idle.seconds": "\(idleSeconds)"])
        }
        work.wait { $0.threads == 0 ? () : nil }
    }

    /// Blocks, with the models released, until there is work for them; false at the end.
    private func waitForWork() throws -> Bool {
        while true {
            let mayHaveWork = work.wait { work -> Bool? in
                if work.phase.isOver { return false }
                guard work.hasWork, !work.isPaused else { return nil }
                work.hasNewDocuments = false
                work.handle(.workArrived)
                return true
            }
            guard mayHaveWork else { return false }
            // An import that brought nothing new is no reason to load them.
            if try store.hasWork() || work.read(\.mayReadMore) {
                wake()
                return true
            }
            work.change { $0.handle(.nothingFound) }
        }
    }

    /// What the chunking thread does next.
    private enum ChunkStep {
        case cut
        case readMore
    }

    /// The chunking thread: documents that arrived and are not cut yet, and of a teacher that reads
    /// a share what it reads next.
    private func chunk(draining: Bool) throws {
        // Taken here, so that the models are free once their threads have ended.
        guard let chunker = work.read(\.pair)?.chunker(maxTokens: configuration.maxTokens) else {
            return
        }
        while true {
            let step = work.wait { work -> ChunkStep?? in
                if work.isEnding { return .some(nil) }
                guard !work.isPaused, work.hasNewDocuments || work.isDueToReadMore else {
                    return nil
                }
                work.isChunking = true
                guard work.hasNewDocuments else { return .readMore }
                work.hasNewDocuments = false
                return .cut
            }
            guard let step else { return }
            if step == .readMore {
                let count = try readMore(draining: draining)
                work.change {
                    $0.isChunking = false
                    $0.mayReadMore = count > 0
                    if count > 0 { $0.look() }
                }
                continue
            }
            // While others score, cutting is one more thread among them; else it has the cores.
            let isScoring = work.read(\.isScoring)
            let stage = ChunkStage(
                store: store, chunker: chunker,
                threads: isScoring ? 1 : configuration.scoringThreads)
            try retrying(.store) {
                try stage.run(
                    progress: { _ in self.work.change { $0.look() } },
                    isCancelled: { self.work.read { $0.phase.isOver || $0.isPaused } })
            }
            let isBroken = work.read { $0.phase.isOver || $0.isPaused }
            let count = isBroken ? 0 : try readMore(draining: draining)
            work.change {
                $0.isChunking = false
                $0.mayReadMore = share != nil
                if $0.isPaused { $0.hasNewDocuments = true }
                if count > 0 { $0.look() }
            }
        }
    }

    /// Makes pending what the teacher reads next, and says how many chunks that is.
    ///
    /// Where it is none and nothing is pending, the teacher has read its share.
    private func readMore(draining: Bool) throws -> Int {
        guard let share else { return 0 }
        return try retrying(.store) { try share.advance(isFinal: draining) }
    }

    /// A scoring thread of a place: takes batches until it is stopped.
    private func score(at number: Int) throws {
        guard let pair = work.read(\.pair) else { return }
        let place = pair.places[number]
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(configuration.nice))
        var stage = ScoringStage(pair: pair, place: place, configuration)
        while true {
            let step = work.wait { work -> PendingQueue.Step?? in
                if work.isEnding { return .some(nil) }
                if work.isPaused { return nil }
                return work.places[number].queue.next(
                    tokens: stage.batchTokens, workers: place.threads
                ).map(Optional.some)
            }
            switch step {
            case nil:
                return
            case .read(let after):
                let page = try retrying(.store) {
                    try store.nextPending(
                        after: after, limit: PendingQueue.pageSize, roles: place.roles)
                }
                work.change { $0.places[number].queue.add(page) }
            case .score(let chunks):
                logger.debug("batch taken", metadata: ["chunks": "\(chunks.count)"])
                let batch = try retrying(.place(number)) {
                    try stage.run(
                        chunks,
                        record: { scores in
                            try retrying(.store) { _ = try store.recordScores(scores) }
                        },
                        isCancelled: { work.read(\.phase.isOver) })
                }
                logger.debug("batch recorded", metadata: ["chunks": "\(chunks.count)"])
                let uptime = ProcessInfo.processInfo.systemUptime
                let seconds = Int64(Date().timeIntervalSince1970)
                work.change { $0.record(batch, at: number, uptime: uptime, seconds: seconds) }
            }
        }
    }

    /// Runs `body` again and again while what it needs is not to be had for now.
    ///
    /// - Throws: what `body` throws, `CancellationError` once the pipeline is to end.
    @discardableResult
    private func retrying<Value>(
        _ obstacle: Obstacle, _ body: () throws -> Value
    ) throws -> Value {
        var tries = 0
        while true {
            do {
                let value = try body()
                let hadObstacle = work.read { $0.obstacles[obstacle] != nil }
                if hadObstacle, work.change({ $0.overcome(obstacle) }) {
                    logger.notice(
                        obstacle == .store
                            ? "the store is written again" : "the engine scores again")
                }
                return value
            } catch let error as RefineryError {
                guard let seconds = obstacle.pause(error, tries: tries, configuration) else {
                    // Something else is in the way now, which is told by whoever waits for that.
                    work.change { _ = $0.overcome(obstacle) }
                    throw error
                }
                tries += 1
                if work.change({ $0.meet(error, obstacle) }) {
                    logger.warning("waiting: \(error.reason)")
                }
                let isEnding: Void? = work.wait(seconds: seconds) { $0.phase.isOver ? () : nil }
                if isEnding != nil { throw CancellationError() }
            }
        }
    }

    /// Runs `body` on a thread that ``work(draining:)`` waits for; its error ends the pipeline.
    private func spawn(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
        work.change { $0.threads += 1 }
        do {
            try WorkThread.start(name) { self.end(Result { try body() }) }
        } catch {
            end(.failure(error))
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        work.change { work in
            if case .failure(let error) = result, !(error is CancellationError) {
                work.fail(error)
            }
            work.threads -= 1
        }
    }
}
