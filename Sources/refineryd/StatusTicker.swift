import Refinery
import ServiceLifecycle

/// Tells systemd every few seconds how far the daemon is, and when it stops.
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
            while true {
                let counts = try await threads.query { try store.status() }
                notifier.status(line(counts))
                try await Task.sleep(for: .seconds(5))
            }
        }
        notifier.stopping()
    }

    private func line(_ counts: StoreStatus) -> String {
        var line: String
        switch pipeline.state {
        case .loading: line = "loading the models"
        case .idle: line = "idle"
        case .chunking: line = "cutting \(counts.unchunked) documents"
        case .scoring: line = "scoring"
        case .paused: line = "paused"
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
