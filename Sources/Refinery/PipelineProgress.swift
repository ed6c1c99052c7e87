import Foundation

/// How far the stages are, and how long the rest takes: what `status`, `--wait` and `refine` show.
public struct PipelineProgress: Sendable {
    private let store: Store
    private let pipeline: Pipeline

    /// The progress of a pipeline over its store.
    public init(_ store: Store, _ pipeline: Pipeline) {
        self.store = store
        self.pipeline = pipeline
    }

    /// Counts, models, state and the time left.
    public func status() throws -> StatusReport {
        let counts = try store.status()
        var report = StatusReport()
        (report.state, report.error) = pipeline.condition
        if let lost = store.replacement { (report.state, report.error) = (.failed, "\(lost)") }
        report.corpora = counts.corpora
        report.teacher = counts.teacher.map { ModelReport($0, as: .teacher) }
        report.reference = counts.reference.map { ModelReport($0, as: .reference) }
        report.store = URL(fileURLWithPath: store.path).path
        report.version = refineryVersion
        report.tokensPerSecond = pipeline.tokensPerSecond
        let left = timeLeft(counts.corpora)
        report.etaSeconds = left?.seconds
        report.etaRange = left.map { [$0.range.lowerBound, $0.range.upperBound] }
        return report
    }

    /// How far a corpus, or all of the store, is, and whether the documents named are done.
    ///
    /// `documents` are row ids, as ``ImportSummary`` gives them; they need a corpus.
    public func report(
        corpus: String? = nil, documents: ClosedRange<Int64>? = nil
    ) throws -> ProgressReport {
        var report = ProgressReport()
        let corpora = try store.status().corpora.filter { corpus == nil || $0.name == corpus }
        for counts in corpora {
            report.documents += counts.documents
            report.unchunked += counts.unchunked
            report.unchunkedBytes += counts.unchunkedBytes
            report.failedChunks += counts.failed.sum
            report.teacher.add(counts, \.teacher)
            report.reference.add(counts, \.reference)
        }
        report.finished = corpora.allSatisfy { $0.unchunked == 0 && $0.pending == 0 }
        report.finished = report.finished && !pipeline.mayReadMore
        if let documents, let corpus {
            if !report.finished {
                report.finished =
                    try !store.hasPending(documents: documents, corpus: corpus)
                    && !pipeline.mayReadMore
            }
            let failures = try store.failures(documents: documents, corpus: corpus)
            report.failedChunks = Int64(failures.count)
            report.failedReason = failures.first
        }
        report.tokensPerSecond = pipeline.tokensPerSecond
        report.etaSeconds = timeLeft(corpora)?.seconds
        (report.state, report.failure) = pipeline.condition
        report.threads = pipeline.scoringThreads
        if report.state == .loading { report.loading = pipeline.loading }
        // What is waited for ends; nobody is to give up for it.
        if report.state == .waiting { (report.waiting, report.failure) = (report.failure, nil) }
        // Until the models are registered, nothing is known to be pending for them.
        if report.state == .loading { report.finished = false }
        return report
    }

    /// How long it takes until nothing of these corpora is left, documents that are not cut yet
    /// included; nil where no rate is known.
    public func timeLeft(_ corpora: [CorpusStatus]) -> TimeLeft? {
        let tokens = Self.tokensLeft(corpora, teacherShare: pipeline.teacherShare)
        return tokens.sum == 0
            ? TimeLeft(seconds: 0, error: 0) : pipeline.timeLeft(pending: tokens)
    }

    /// Tokens left to score for each role, those of documents that are not cut yet included.
    static func tokensLeft(
        _ corpora: [CorpusStatus], teacherShare: Double = 1
    ) -> RoleCounts {
        corpora.reduce(into: RoleCounts()) { sum, corpus in
            let uncut = corpus.uncutTokens
            // What a teacher that reads a share will read is not pending before its turn.
            let share = Int64(teacherShare * Double(corpus.tokens + uncut))
            sum.teacher +=
                teacherShare < 1
                ? max(corpus.pendingTokens.teacher, share - corpus.doneTokens.teacher)
                : corpus.pendingTokens.teacher + uncut
            sum.reference += corpus.pendingTokens.reference + uncut
        }
    }
}
