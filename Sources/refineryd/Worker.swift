import Logging
import Refinery
import ServiceLifecycle

/// The service that scores: the pipeline, until it is told to stop or, draining, until nothing
/// is left to do.
struct Worker: Service {
    /// What it runs.
    var pipeline: Pipeline
    /// The jobs that may still bring documents.
    var jobs: JobRegistry
    /// Whether to end once nothing is left to do.
    var drains: Bool

    /// Runs until shutdown; a shutdown gives up the batch in flight, which nothing recorded.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                guard drains else { return try await pipeline.run() }
                try await pipeline.drain()
                while jobs.count > 0 {
                    while jobs.count > 0 { try await Task.sleep(for: .milliseconds(200)) }
                    try await pipeline.drain()
                }
            }
        } catch is CancellationError {
            return
        }
        // A pipeline that has returned by itself and not by cancellation has failed or is done.
        if case .failed(let reason) = pipeline.state { throw WorkerFailed(reason: reason) }
    }
}

/// Scoring cannot go on.
struct WorkerFailed: Error, CustomStringConvertible {
    /// Why.
    var reason: String

    /// Why, for people.
    var description: String { reason }
}
