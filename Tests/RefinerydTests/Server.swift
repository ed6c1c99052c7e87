import Foundation
import Hummingbird
import Logging
import Refinery

@testable import refineryd

/// The daemon's routes on a Unix socket, over a store of their own and without models.
func withServer(
    _ configuration: Configuration = Configuration(),
    _ body: (UnixClient, Store) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    var configuration = configuration
    configuration.store = folder.path("s.db")
    configuration.socket = folder.path("s.sock")
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let store = try Store(path: configuration.store)
    let environment = RouteEnvironment.test(store, configuration)
    let (started, continuation) = AsyncStream<Void>.makeStream()
    let server = APIServer(environment, .test(environment), logger: logger) {
        continuation.finish()
    }
    let client = UnixClient(socket: configuration.socket)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        for await _ in started {}
        do {
            try await body(client, store)
            group.cancelAll()
        } catch {
            group.cancelAll()
            throw error
        }
        while let result = await group.nextResult() { _ = result }
    }
    try store.close()
    withExtendedLifetime(folder) {}
}

extension LiveRoutes {
    /// The live page of a store.
    static func test(_ environment: RouteEnvironment, _ feed: LiveFeed = LiveFeed()) -> LiveRoutes {
        LiveRoutes(
            environment: environment,
            source: LiveSource(
                environment.store, environment.pipeline, warnings: RecentWarnings()),
            feed: feed, pages: ReportPages(environment.store, environment.threads))
    }
}

extension RouteEnvironment {
    /// What the routes of a store work with, models aside.
    static func test(_ store: Store, _ configuration: Configuration) -> RouteEnvironment {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return RouteEnvironment(
            store: store,
            pipeline: Pipeline(
                store: store, configuration: configuration.pipeline, logger: logger),
            configuration: configuration, threads: BlockingThreads(),
            memory: MemoryBudget(bytes: configuration.requestBytes), jobs: JobRegistry(),
            logger: logger)
    }
}
