import Foundation
import Refinery

/// `--wait`: polls until nothing of the enqueued files is left to cut or to score.
struct ScoringWait {
    /// Documents, by number, of one corpus.
    struct Scope: Equatable {
        /// The corpus's name.
        var corpus: String
        /// The numbers of the first and the last document.
        var documents: ClosedRange<Int64>
    }

    /// How long a daemon that does not answer is waited for, in seconds: it may be restarting.
    static let patience = 30.0

    private let client: Client
    private let scopes: [Scope]
    private let price: Double?

    /// Waits for the documents that the summaries name; says what a core hour's `price` makes.
    init(client: Client, summaries: [ImportSummary], price: Double? = nil) {
        self.client = client
        self.price = price
        scopes = Self.scopes(summaries)
    }

    /// The documents of the files, ranges that touch put together.
    static func scopes(_ summaries: [ImportSummary]) -> [Scope] {
        var scopes: [Scope] = []
        for summary in summaries {
            guard let first = summary.firstDocument, let last = summary.lastDocument, first <= last
            else { continue }
            if let previous = scopes.last, previous.corpus == summary.corpus,
                first <= previous.documents.upperBound + 1,
                last >= previous.documents.lowerBound - 1
            {
                let range = previous.documents
                scopes[scopes.count - 1].documents =
                    min(first, range.lowerBound)...max(last, range.upperBound)
            } else {
                scopes.append(Scope(corpus: summary.corpus, documents: first...last))
            }
        }
        return scopes
    }

    /// Returns when all is done.
    ///
    /// - Throws: a `Failure` with the reason where scoring cannot go on or the daemon stays away.
    func run() async throws {
        let watch = InterruptWatch { number in
            StandardOutput.writeError(
                "\nno longer waiting; refineryd goes on scoring (refinectl status --watch)\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        let reporter = ProgressReporter()
        let display = ScoringDisplay(reporter, price: price)
        var failed: (chunks: Int64, reason: String?) = (0, nil)
        for scope in scopes {
            let report = try await wait(for: scope, display, reporter)
            failed = (failed.chunks + report.failedChunks, failed.reason ?? report.failedReason)
        }
        display.finish()
        if failed.chunks > 0 {
            StandardOutput.writeError(
                "note: \(NumberText.counted(failed.chunks, "chunk")) could not be scored"
                    + (failed.reason.map { ", the first: \($0)" } ?? "") + "\n")
        }
    }

    private func wait(
        for scope: Scope, _ display: ScoringDisplay, _ reporter: ProgressReporter
    ) async throws -> ProgressReport {
        var interval = 0.1
        var lostAt: ContinuousClock.Instant?
        while true {
            do {
                let report = try await client.send(
                    API.progress,
                    query: [
                        ("corpus", scope.corpus),
                        ("first_document", String(scope.documents.lowerBound)),
                        ("last_document", String(scope.documents.upperBound)),
                    ])
                lostAt = nil
                display.show(report)
                if report.finished { return report }
                if let failure = report.failure {
                    display.finish()
                    throw Failure(
                        "scoring cannot go on: \(failure)",
                        hint: "refineryd's log has more; what is scored is kept")
                }
            } catch let failure as Failure where failure.exitCode == 69 {
                let now = ContinuousClock.now
                if let lostAt, lostAt.duration(to: now) > .seconds(Self.patience) {
                    display.finish()
                    throw failure
                }
                if lostAt == nil {
                    lostAt = now
                    reporter.note("refineryd does not answer; waiting for it to come back")
                }
            }
            try await Task.sleep(for: .seconds(interval))
            interval = min(1, interval * 1.5)
        }
    }
}
