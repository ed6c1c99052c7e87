import Refinery
import ServiceLifecycle

/// Tells systemd how far the daemon is, every few seconds while it works, and when it stops.
struct StatusTicker: Service {
    /// Where to tell it.
    var notifier: SystemdNotifier
    /// What it tells of.
    var store: Store
    /// What it tells of.
    var pipeline: Pipeline
    /// Where the store is asked.
    var threads: BlockingThreads

    /// Runs until shutdown.
    func run() async throws {
        guard notifier.isActive else {
            try? await gracefulShutdown()
            return
        }
        try? await cancelWhenGracefulShutdown {
            var changes = pipeline.changes.makeAsyncIterator()
            repeat { try await tellUntilIdle() } while await changes.next() != nil
        }
        notifier.stopping()
    }

    /// Tells until the pipeline rests, so that an idle daemon sleeps.
    private func tellUntilIdle() async throws {
        while true {
            let counts = try await threads.query { try store.status() }
            let state = pipeline.state
            notifier.status(line(state, counts))
            switch state {
            case .idle, .paused, .failed: return
            case .loading, .chunking, .scoring, .waiting: try await Task.sleep(for: .seconds(5))
            }
        }
    }

    private func line(_ state: Pipeline.State, _ counts: StoreStatus) -> String {
        var line: String
        switch state {
        case .loading: line = "loading the models"
        case .idle: line = "idle"
        case .chunking: line = "cutting \(counts.unchunked) documents"
        case .scoring: line = "scoring"
        case .paused: line = "paused"
        case .waiting(let reason): line = "waiting: \(reason.prefix(200))"
        case .failed(let reason): line = "failed: \(reason.prefix(200))"
        }
        if counts.pending > 0 { line += ", \(counts.pending) scores to go" }
        if let rate = pipeline.tokensPerSecond { line += ", \(Int(rate)) tokens/s" }
        if let seconds = Estimate(counts.corpora).seconds(of: pipeline), seconds > 0 {
            line += ", \(Int(seconds / 60)) min left"
        }
        return line
    }
}
