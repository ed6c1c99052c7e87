import Hummingbird
import Logging
import NIOCore
import Refinery

/// What the routes work on.
struct RouteEnvironment: Sendable {
    /// The store.
    var store: Store
    /// The pipeline.
    var pipeline: Pipeline
    /// The effective values.
    var configuration: Configuration
    /// Where blocking work runs.
    var threads: BlockingThreads
    /// The memory that requests may take together.
    var memory: MemoryBudget
    /// The jobs that are running.
    var jobs: JobRegistry
    /// Where job transitions are told.
    var logger: Logger

    /// Records jobs.
    var tracker: JobTracker { JobTracker(store: store, jobs: jobs, logger: logger) }

    /// How long the client of a job, or of a request without one, is waited for.
    func wait(for job: JobRegistry.Running? = nil) -> ClientWait {
        ClientWait(
            seconds: configuration.clientSeconds,
            isCrowded: { [threads, memory] in threads.isCrowded || memory.isCrowded }, job: job)
    }
}

/// The context of a request.
struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// The paths of the API.
func makeRouter(_ environment: RouteEnvironment) -> Router<Context> {
    let router = Router(context: Context.self)
    router.add(middleware: ErrorMiddleware())
    let v1 = router.group("v1")
    StatusRoutes(environment: environment).add(to: v1)
    JobRoutes(environment: environment).add(to: v1)
    CorpusRoutes(environment: environment).add(to: v1)
    ImportRoute(environment: environment).add(to: v1)
    ColumnRoutes(environment: environment).add(to: v1)
    ScoreFileRoute(environment: environment).add(to: v1)
    SelectionRoutes(environment: environment).add(to: v1)
    ChunkRoutes(environment: environment).add(to: v1)
    return router
}
