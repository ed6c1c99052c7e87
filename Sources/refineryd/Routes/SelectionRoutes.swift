import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Refinery

/// `GET` and `POST /v1/selections`, `GET /v1/selections/{id}`, `GET /v1/selections/{id}/rows`.
struct SelectionRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads) = (environment.store, environment.threads)
        group.get("selections") { request, _ in
            _ = try RequestParameters(request, known: [])
            return try Response.json(await threads.query { try store.selections() })
        }
        group.get("selections/:id") { _, context in
            let id = try RequestParameters.id(context)
            return try Response.json(await summary(id))
        }
        group.post("selections") { request, _ in try await select(request) }
        group.get("selections/:id/provenance") { _, context in
            let selection = try await summary(RequestParameters.id(context))
            return try Response.json(
                await threads.query { try Provenance(store, of: selection) })
        }
        group.get("selections/:id/rows") { request, context in
            try await rows(request, id: RequestParameters.id(context))
        }
    }

    private func summary(_ id: Int64) async throws -> SelectionSummary {
        let store = environment.store
        guard let summary = try await environment.threads.query({ try store.selection(id: id) })
        else {
            throw RequestError(
                .notFound, "there is no selection \(id)", hint: "refinectl selections lists them")
        }
        return summary
    }

    /// Chooses chunks by the rule in the body; the answer is the selection's summary.
    private func select(_ request: Request) async throws -> Response {
        _ = try RequestParameters(request, known: [])
        let body = try await request.body.collect(upTo: 64 << 10)
        let selection: SelectionRequest
        do {
            selection = try JSONDecoder().decode(
                SelectionRequest.self, from: Data(body.readableBytesView))
        } catch let error as DecodingError {
            throw RequestError(
                .badRequest, "the rule cannot be read: \(error.shortDescription)",
                hint: #"such as {"rule": {"size": {"ratio": "0.5"}}, "name": null}"#)
        }
        try selection.rule.validate()
        if let corpus = selection.rule.corpus { _ = try RequestParameters.checkedCorpus(corpus) }
        if let name = selection.name { _ = try RequestParameters.checkedName(name) }
        let (store, tracker) = (environment.store, environment.tracker)
        let detail = selection.name ?? selection.rule.suggestedName
        let slot = try environment.threads.slot()
        return try Response.json(
            await slot.run {
                try tracker.run(.selection, corpus: selection.rule.corpus, detail: detail) {
                    job in
                    let summary = try store.select(selection.rule, name: selection.name)
                    try store.updateJob(
                        job.id, done: Int64(summary.keptChunks), total: Int64(summary.candidates))
                    return summary
                }
            })
    }

    /// Streams the rows of a selection as lines of JSON.
    private func rows(_ request: Request, id: Int64) async throws -> Response {
        let parameters = try RequestParameters(request, known: ["order", "keep_fields"])
        let order = try parameters.choice("order", default: ExportOrder.corpus)
        let keepFields = try parameters.flag("keep_fields")
        let slot = try environment.threads.slot()
        let summary = try await summary(id)
        let (store, tracker) = (environment.store, environment.tracker)
        return Response.jsonLines(slot: slot) { pipe in
            try tracker.run(.export, corpus: summary.rule.corpus, detail: summary.name) { job in
                var lines = LineBuffer(pipe)
                var rows: Int64 = 0
                try store.exportRows(selection: id, order: order, fields: keepFields) { row in
                    guard !job.isCancelled else { throw JobCancelled() }
                    var json = JSONBytes()
                    row.write(to: &json, keepFields: keepFields)
                    lines.append(complete: json.bytes)
                    rows += 1
                    try lines.sendIfFull()
                }
                try lines.send()
                try store.updateJob(job.id, done: rows, total: Int64(summary.keptChunks))
            }
        }
    }
}

extension DecodingError {
    /// What was wrong and where, in one line.
    fileprivate var shortDescription: String {
        switch self {
        case .dataCorrupted(let context), .keyNotFound(_, let context),
            .typeMismatch(_, let context), .valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty
                ? context.debugDescription : "\(path): \(context.debugDescription)"
        @unknown default:
            return "not the expected JSON"
        }
    }
}
