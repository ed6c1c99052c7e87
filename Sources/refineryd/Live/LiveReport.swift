import Foundation
import Refinery
import Synchronization

/// What the live page and the metrics show: the status, and what an operator wants beside it.
struct LiveReport: Sendable, Encodable {
    /// How far a corpus is.
    struct Progress: Sendable, Encodable {
        /// Its name.
        var corpus: String
        /// The share of its tokens that both models have scored, from 0 to 1.
        var share: Double
        /// Seconds for its rest at the present rate, nothing else being scored; null if not known.
        @NullEncoded var secondsLeft: Double?

        private enum CodingKeys: String, CodingKey {
            case corpus, share
            case secondsLeft = "seconds_left"
        }
    }

    /// A recorded selection, in short.
    struct Selection: Sendable, Encodable {
        /// Its name.
        var name: String
        /// When it was made, ms since 1970, UTC.
        var created: Int64
        /// Candidates, and those kept.
        var chunks: Int
        var keptChunks: Int
        /// Tokens of the candidates, and of those kept.
        var tokens: Int
        var keptTokens: Int

        private enum CodingKeys: String, CodingKey {
            case name, created, chunks, tokens
            case keptChunks = "kept_chunks"
            case keptTokens = "kept_tokens"
        }
    }

    /// When it was made, ms since 1970, UTC.
    var time: Int64
    /// As `refinectl status --json` prints it.
    var status: StatusReport
    /// The corpora's, by name.
    var progress: [Progress]
    /// Where models score.
    var places: [PipelineOverview.Place]
    /// Tokens that each model scored since the daemon began.
    var scoredTokens: RoleCounts
    /// Rejected lines by reason, most first.
    var rejects: [RejectCount]
    /// The store's disk.
    @NullEncoded var space: StoreSpace?
    /// What the daemon takes of the machine.
    var process: ProcessUse
    /// The newest jobs, newest first.
    var jobs: [JobRecord]
    /// The newest selections, newest first.
    var selections: [Selection]
    /// The newest warnings, newest first.
    var warnings: [RecentWarnings.Entry]

    private enum CodingKeys: String, CodingKey {
        case time, status, progress, places, rejects, space, process, jobs, selections, warnings
        case scoredTokens = "scored_tokens"
    }
}

/// Gathers live reports.
final class LiveSource: Sendable {
    private let store: Store
    private let pipeline: Pipeline
    private let warnings: RecentWarnings
    private let started: Date
    /// Rejects by reason, and how many there were then: counting them reads all.
    private let rejects = Mutex(KnownRejects())

    private struct KnownRejects {
        var lines: Int64 = 0
        var counts: [RejectCount] = []
        var time = ContinuousClock.now
    }

    /// Jobs and selections that are shown.
    private static let most = 12

    /// A source of a daemon's reports.
    init(
        _ store: Store, _ pipeline: Pipeline, warnings: RecentWarnings, started: Date = Date()
    ) {
        self.store = store
        self.pipeline = pipeline
        self.warnings = warnings
        self.started = started
    }

    /// The report as it is now; blocks.
    ///
    /// - Throws: `RefineryError` where the store cannot be read.
    func report() throws -> LiveReport {
        let progress = PipelineProgress(store, pipeline)
        let status = try progress.status()
        let overview = pipeline.overview
        return LiveReport(
            time: Int64(Date().timeIntervalSince1970 * 1000), status: status,
            progress: status.corpora.map {
                LiveReport.Progress(
                    corpus: $0.name, share: $0.doneShare,
                    secondsLeft: progress.timeLeft([$0])?.seconds)
            },
            places: overview.places, scoredTokens: overview.history.total,
            rejects: try rejectCounts(status.corpora.reduce(0) { $0 + $1.rejects }),
            space: store.space, process: ProcessUse(started: started),
            jobs: try store.jobs(limit: Self.most),
            selections: try SelectionStage(store).newestSelections(Self.most).map {
                LiveReport.Selection(
                    name: $0.name, created: $0.created, chunks: $0.chunks,
                    keptChunks: $0.keptChunks, tokens: $0.tokens, keptTokens: $0.keptTokens)
            },
            warnings: warnings.entries)
    }

    /// The minutes in which something was scored.
    var history: [RateHistory.Minute] { pipeline.overview.history.minutes }

    private func rejectCounts(_ lines: Int64) throws -> [RejectCount] {
        let (known, now) = (rejects.withLock { $0 }, ContinuousClock.now)
        // An import may reject lines all the time.
        guard known.lines != lines, known.lines == 0 || now - known.time > .seconds(30) else {
            return known.counts
        }
        let counts = try store.rejectCounts()
        rejects.withLock { $0 = KnownRejects(lines: lines, counts: counts, time: now) }
        return counts
    }
}
