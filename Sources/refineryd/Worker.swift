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

    /// Runs until shutdown, which gives up the batches in flight: nothing of them is recorded.
    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                if drains { group.addTask { try await stopWhenDone() } }
                // Throws what ended it, such as a model that cannot be used.
                do {
                    try await pipeline.run()
                } catch is CancellationError {}
                group.cancelAll()
            }
        } onGracefulShutdown: {
            pipeline.stop()
        }
    }

    /// Stops the pipeline once it is idle and no import can bring more.
    private func stopWhenDone() async throws {
        while pipeline.state != .idle || jobs.count > 0 {
            // Cancelled where the pipeline ended first.
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
        }
        pipeline.stop()
    }
}
