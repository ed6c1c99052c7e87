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
            let progress = PipelineProgress(store, pipeline)
            let report = try await threads.query { try progress.status() }
            notifier.status(line(report))
            switch report.state {
            case .idle, .paused, .failed: return
            case .loading, .chunking, .scoring, .waiting: try await Task.sleep(for: .seconds(5))
            }
        }
    }

    private func line(_ report: StatusReport) -> String {
        let reason = report.error.map { ": \($0.prefix(200))" } ?? ""
        var line: String
        switch report.state {
        case .loading: line = "loading the models"
        case .chunking:
            line = "cutting \(report.corpora.reduce(0) { $0 + $1.unchunked }) documents"
        case .idle, .scoring, .paused, .waiting, .failed: line = report.state.rawValue + reason
        }
        let pending = report.corpora.reduce(0) { $0 + $1.pending }
        if pending > 0 { line += ", \(pending) scores to go" }
        if let rate = report.tokensPerSecond { line += ", \(Int(rate)) tokens/s" }
        if let seconds = report.etaSeconds, seconds > 0 {
            line += ", \(Int(seconds / 60)) min left"
        }
        return line
    }
}
