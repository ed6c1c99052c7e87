import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `GET /v1/status`, `/v1/progress`, `/v1/models`; `POST /v1/retry`, `/v1/pause`, `/v1/resume`.
struct StatusRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, pipeline, threads) = (
            environment.store, environment.pipeline, environment.threads
        )
        group.get("status") { request, _ in
            _ = try RequestParameters(request, known: [])
            let (counts, lost) = try await threads.query {
                (try store.status(), store.replacement)
            }
            var report = status(counts)
            if let lost { (report.state, report.error) = (.failed, lost.description) }
            return try Response.json(report)
        }
        group.get("models") { request, _ in
            _ = try RequestParameters(request, known: [])
            return try Response.json(
                await threads.query { try store.models().map(ModelReport.init) })
        }
        group.get("progress") { request, _ in try await progress(request) }
        group.post("retry") { request, _ in
            let corpus = try RequestParameters(request, known: ["corpus"]).corpus()
            let slot = try await threads.slot()
            let retried = try await slot.run { try store.retryFailures(corpus: corpus) }
            if retried > 0 { pipeline.wake() }
            environment.logger.notice("failures taken back", metadata: ["scores": "\(retried)"])
            return try Response.json(RetryReport(retried: Int64(retried)))
        }
        group.post("pause") { _, _ in
            pipeline.setPaused(true)
            environment.logger.notice("scoring paused")
            return try Response.json(["state": "paused"])
        }
        group.post("resume") { _, _ in
            pipeline.setPaused(false)
            environment.logger.notice("scoring resumed")
            return try Response.json(["state": "resumed"])
        }
    }

    private func status(_ counts: StoreStatus) -> StatusReport {
        var report = StatusReport()
        (report.state, report.error) = environment.pipeline.state.report
        report.corpora = counts.corpora.map(CorpusReport.init)
        report.teacher = counts.teacher.map(ModelReport.init)
        report.reference = counts.reference.map(ModelReport.init)
        report.store = URL(fileURLWithPath: environment.store.path).path
        report.version = refineryVersion
        report.tokensPerSecond = environment.pipeline.tokensPerSecond
        report.etaSeconds = Estimate(counts.corpora).seconds(of: environment.pipeline)
        return report
    }

    /// How far a corpus (or all of the store) is, and whether the named documents are done.
    private func progress(_ request: Request) async throws -> Response {
        let parameters = try RequestParameters(
            request, known: ["corpus", "first_document", "last_document"])
        let corpus = try parameters.corpus()
        let first = try parameters.integer("first_document", in: 0...Int64.max)
        let last = try parameters.integer("last_document", in: 0...Int64.max)
        guard (first == nil) == (last == nil), first == nil || corpus != nil,
            (first ?? 0) <= (last ?? 0)
        else {
            throw RequestError(
                .badRequest,
                "first_document and last_document come together, in order, with a corpus")
        }
        let store = environment.store
        var report = try await environment.threads.query {
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
            if let first, let last, let corpus {
                if !report.finished {
                    report.finished = try !store.hasPending(
                        documents: first...last, corpus: corpus)
                }
                let failures = try store.failures(documents: first...last, corpus: corpus)
                report.failedChunks = Int64(failures.count)
                report.failedReason = failures.first
            }
            report.tokensPerSecond = environment.pipeline.tokensPerSecond
            report.etaSeconds = Estimate(corpora).seconds(of: environment.pipeline)
            return report
        }
        (report.state, report.failure) = environment.pipeline.state.report
        // What is waited for ends; nobody is to give up for it.
        if report.state == .waiting { (report.waiting, report.failure) = (report.failure, nil) }
        // Until the models are registered, nothing is known to be pending for them.
        if report.state == .loading { report.finished = false }
        return try Response.json(report)
    }
}

extension Pipeline.State {
    /// The state's word on the wire, with the reason where it is `failed`.
    fileprivate var report: (StatusReport.State, String?) {
        switch self {
        case .loading: (.loading, nil)
        case .idle: (.idle, nil)
        case .chunking: (.chunking, nil)
        case .scoring: (.scoring, nil)
        case .paused: (.paused, nil)
        case .waiting(let reason): (.waiting, reason)
        case .failed(let reason): (.failed, reason)
        }
    }
}
