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
        let progress = PipelineProgress(store, pipeline)
        let pause = PauseRecord(store, threads, logger: environment.logger)
        group.on(API.status) { _, _, _ in
            try Response.json(await threads.query { try progress.status() })
        }
        group.on(API.models) { _, _, _ in
            try Response.json(
                await threads.query { try store.roles().map { ModelReport($0) } })
        }
        group.on(API.progress) { parameters, _, _ in try await self.progress(parameters) }
        group.on(API.retry) { parameters, _, _ in
            let corpus = try parameters.corpus()
            let slot = try await threads.slot()
            let retried = try await slot.run { try store.retryFailures(corpus: corpus) }
            if retried > 0 { pipeline.wake() }
            environment.logger.notice("failures taken back", metadata: ["scores": "\(retried)"])
            return try Response.json(RetryReport(retried: Int64(retried)))
        }
        group.on(API.pause) { _, _, _ in
            pipeline.setPaused(true)
            await pause.record(true)
            environment.logger.notice("scoring paused")
            return try Response.json(["state": "paused"])
        }
        group.on(API.resume) { _, _, _ in
            pipeline.setPaused(false)
            await pause.record(false)
            environment.logger.notice("scoring resumed")
            return try Response.json(["state": "resumed"])
        }
    }

    /// How far a corpus (or all of the store) is, and whether the named documents are done.
    private func progress(_ parameters: RequestParameters) async throws -> Response {
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
        let progress = PipelineProgress(environment.store, environment.pipeline)
        let documents = first.flatMap { first in last.map { first...$0 } }
        return try Response.json(
            await environment.threads.query {
                try progress.report(corpus: corpus, documents: documents)
            })
    }
}
