import Foundation
import Logging
import Refinery
import ServiceLifecycle
import UnixSignals

/// Composes the services and runs them until a signal ends them.
struct Daemon {
    /// The effective values.
    var configuration: Configuration
    /// What it does beside answering requests.
    var work: Work
    /// The one logger.
    var logger: Logger
    /// What it has warned of lately.
    var warnings = RecentWarnings()

    /// What a daemon does beside answering requests.
    enum Work {
        /// It scores until it is told to stop.
        case score
        /// It scores until nothing is left to do.
        case drain
        /// Nothing, until standard input ends.
        case serve
    }

    /// Above one batch, below systemd's TimeoutStopSec; past it requests and scoring are cut off.
    private static let shutdownSeconds = 30
    private static let cancellationSeconds = 20

    /// Runs until SIGTERM, SIGINT or, draining, until nothing is left to do.
    ///
    /// `onReady` is called once it answers.
    func run(onReady: @escaping @Sendable () -> Void = {}) async throws {
        Heap.returnsLargeBlocks()
        // A file that may not grow (ulimit -f) is an error of the write, not the end.
        signal(SIGXFSZ, SIG_IGN)
        // Files of the store 0640; the socket gets its own mode.
        umask(0o027)
        if work != .serve {
            try VirtualMemory.check(
                models: [configuration.teacher, configuration.reference].map(\.path),
                threads: configuration.pipeline.scoringThreads)
            try makeFolder(of: configuration.store, logger: logger)
        }
        let socketFile = SocketFile(
            path: configuration.socket, group: configuration.socketGroup, logger: logger)
        // The server replaces any socket at its path, so what is there is looked at before.
        try socketFile.claim()
        defer { socketFile.remove() }

        let lock = try InstanceLock(store: configuration.store)
        let threads = BlockingThreads()
        let (path, keepsReserve) = (configuration.store, work != .serve)
        let store = try await threads.query {
            try Store(path: path, keepsReserve: keepsReserve)
        }
        let pipeline = Pipeline(
            store: store, configuration: configuration.pipeline, logger: logger)
        if try await threads.query({ try store.isPaused() }) {
            switch work {
            case .score:
                pipeline.setPaused(true)
                logger.notice("scoring is paused, as it was before; refinectl resume goes on")
            case .drain: logger.notice("scoring was paused before; --drain goes on all the same")
            case .serve: break
            }
        }
        let environment = RouteEnvironment(
            store: store, pipeline: pipeline, configuration: configuration, threads: threads,
            memory: MemoryBudget(bytes: configuration.requestBytes), jobs: JobRegistry(),
            logger: logger)
        let notifier = SystemdNotifier()
        logger.notice("refineryd starts", metadata: startMetadata())

        let live = LiveRoutes(
            environment: environment, source: LiveSource(store, pipeline, warnings: warnings),
            feed: LiveFeed(), pages: ReportPages(store, threads))
        let server = APIServer(environment, live, logger: quiet(logger)) {
            socketFile.open()
            notifier.ready()
            onReady()
        }
        let worker: any Service =
            work == .serve
            ? InputWatch()
            : Worker(pipeline: pipeline, jobs: environment.jobs, drains: work == .drain)
        let ticker = StatusTicker(
            notifier: notifier, store: store, pipeline: pipeline, threads: threads)
        // Shut down one at a time, last first: no more requests, then no more scoring.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: worker, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup),
            .init(service: server),
            .init(service: ticker),
        ]
        if let page = try page(live) { services.append(.init(service: page)) }
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: Daemon.signals, logger: quiet(logger))
        group.maximumGracefulShutdownDuration = .seconds(Daemon.shutdownSeconds)
        group.maximumCancellationDuration = .seconds(Daemon.cancellationSeconds)
        try await ServiceGroup(configuration: group).run()
        try await threads.query { try store.close() }
        logger.notice("refineryd stopped")
        withExtendedLifetime(lock) {}
    }

    /// The live page, where the configuration asks for it.
    private func page(_ routes: LiveRoutes) throws -> LiveServer? {
        guard work != .serve, let address = PageAddress(configuration.http) else { return nil }
        let path = configuration.httpTokenFile
        let token = path.isEmpty ? nil : try PageToken(path: path)
        let logger = logger
        return LiveServer(address, token: token, routes, logger: quiet(logger)) { port in
            logger.notice(
                "live page", metadata: ["url": "http://\(address.at(port: port))"])
        }
    }

    /// What ends it as SIGTERM does: a terminal that closes, too, unless nohup has it ignored.
    private static var signals: [UnixSignal] {
        var hangUp = sigaction()
        let isIgnored =
            sigaction(SIGHUP, nil, &hangUp) == 0
            && unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) == 1
        return [.sigterm, .sigint] + (isIgnored ? [] : [.sighup])
    }

    private func startMetadata() -> Logger.Metadata {
        [
            "version": "\(refineryVersion)",
            "sqlite.version": "\(Store.sqliteVersion)",
            "threads": "\(configuration.pipeline.scoringThreads)",
            "store.path": "\(configuration.store)",
            "socket.path": "\(configuration.socket)",
            "teacher.path": "\(configuration.pipeline.teacher)",
            "reference.path": "\(configuration.pipeline.reference)",
        ]
    }

    /// The libraries' logger: one level up, since their info is our debug.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }
}

extension Configuration {
    /// What the pipeline needs of it.
    var pipeline: PipelineConfiguration {
        var result = PipelineConfiguration(teacher: teacher, reference: reference)
        if !teacherEngine.kind.isEmpty { result.teacher.engine = teacherEngine }
        if !referenceEngine.kind.isEmpty { result.reference.engine = referenceEngine }
        result.threads = threads
        result.maxTokens = maxTokens
        result.batchTokens = batchTokens
        result.batchSeconds = batchSeconds
        result.storeTokenNLL = storeTokenNLL
        // Checked already: a number from 0 to 1 is a decimal fraction.
        result.teacherShare = teacherShare < 1 ? try? DecimalFraction("\(teacherShare)") : nil
        result.nice = nice
        result.idleSeconds = idleSeconds
        result.waitsForStore = true
        result.waitsForEngines = true
        return result
    }
}
