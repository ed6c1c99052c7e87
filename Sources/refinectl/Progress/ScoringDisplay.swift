import Refinery
import Synchronization

/// Shows how far cutting and scoring are, and once, when the speed is known, how long it takes.
final class ScoringDisplay: Sendable {
    private struct State {
        var saidEstimate = false
        var saidPaused = false
        var saidWaiting: String?
    }

    private let reporter: ProgressReporter
    private let price: Double?
    private let state = Mutex(State())

    /// A display on `reporter`; with the price of a core hour it says what the time costs.
    init(_ reporter: ProgressReporter, price: Double? = nil) {
        self.reporter = reporter
        self.price = price
    }

    /// Shows a report.
    func show(_ report: ProgressReport) {
        let notes = state.withLock { state in self.notes(report, &state) }
        for note in notes { reporter.note(note) }
        reporter.update(Self.snapshot(report))
    }

    /// Ends the line.
    func finish() {
        reporter.finish()
    }

    /// A report as progress of its present stage.
    static func snapshot(_ report: ProgressReport) -> ProgressSnapshot {
        if report.state == .loading, let loading = report.loading {
            return ProgressSnapshot(
                stage: "fingerprint of the \(loading.role.rawValue)", done: loading.done,
                total: loading.total, unit: "bytes")
        }
        if report.state == .loading {
            return ProgressSnapshot(stage: "loading the models", unit: "chunks")
        }
        if report.unchunked > 0 {
            return ProgressSnapshot(
                stage: stage(report, "cutting"),
                done: report.documents - report.unchunked, total: report.documents,
                unit: "documents", rate: report.tokensPerSecond, secondsLeft: report.etaSeconds,
                isSteady: false)
        }
        let passes = [report.teacher, report.reference]
        // A teacher that reads a share has fewer chunks to score than the reference.
        let areEqual = passes[0].chunksTotal == passes[1].chunksTotal
        return ProgressSnapshot(
            stage: stage(report, "scoring"),
            done: areEqual ? done(report) : passes.reduce(0) { $0 + $1.chunksDone },
            total: areEqual
                ? passes[0].chunksTotal : passes.reduce(0) { $0 + $1.chunksTotal },
            unit: areEqual ? "chunks" : "scores", rate: report.tokensPerSecond,
            secondsLeft: report.finished ? nil : report.etaSeconds, isSteady: false)
    }

    /// What the cores cost that score; nil where nobody said, or none does.
    static func cores(_ report: ProgressReport, _ price: Double?) -> CoreHours? {
        guard let price, let threads = report.threads else { return nil }
        return CoreHours(cores: threads, price: price)
    }

    private static func stage(_ report: ProgressReport, _ working: String) -> String {
        switch report.state {
        case .paused: "paused"
        case .waiting: "waiting"
        default: working
        }
    }

    /// Chunks that both models are done with, as far as the counts tell.
    private static func done(_ report: ProgressReport) -> Int64 {
        let passes = [report.teacher, report.reference].filter { $0.chunksTotal > 0 }
        return passes.map(\.chunksDone).min() ?? 0
    }

    private func notes(_ report: ProgressReport, _ state: inout State) -> [String] {
        var notes: [String] = []
        if report.state == .paused, !state.saidPaused {
            notes.append("scoring is paused; refinectl resume goes on")
        }
        state.saidPaused = report.state == .paused
        if let reason = report.waiting, reason != state.saidWaiting {
            notes.append("scoring waits: \(reason)")
        }
        state.saidWaiting = report.waiting
        let left = [report.teacher, report.reference].map { $0.tokensTotal - $0.tokensDone }.max()
        if !state.saidEstimate, report.unchunked == 0, let left, left > 0,
            let rate = report.tokensPerSecond, rate > 0
        {
            state.saidEstimate = true
            notes.append(
                ProgressLine.estimate(
                    tokens: left, tokensPerSecond: rate, seconds: report.etaSeconds,
                    cores: Self.cores(report, price)))
        }
        return notes
    }
}
