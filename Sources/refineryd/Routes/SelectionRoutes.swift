import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Refinery

/// `GET` and `POST /v1/selections`, `GET` and `DELETE /v1/selections/{id}`, `GET
/// /v1/selections/{id}/rows`, `GET /v1/comparison`, `GET /v1/report`, `GET /v1/scores`,
/// `POST /v1/benchmarks`, `POST /v1/rule-files`.
struct SelectionRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads, memory) = (
            environment.store, environment.threads, environment.memory
        )
        group.on(API.selections) { parameters, _, _ in
            let name = parameters.text("name")
            return try Response.json(
                await threads.query {
                    if let name {
                        try SelectionStage(store).selection(named: name).map { [$0] } ?? []
                    } else {
                        try SelectionStage(store).selections()
                    }
                })
        }
        group.on(API.report) { parameters, _, _ in
            guard let name = parameters.text("selection") else {
                throw RequestError(.badRequest, "selection names the one to report on")
            }
            let other = parameters.text("beside")
            let (slot, tracker) = (try await threads.slot(), environment.tracker)
            // Before a job is recorded for nothing.
            try await threads.query { try ReportStage(store).check(selection: name, beside: other) }
            return try Response.json(
                await slot.run {
                    let detail = ReportData.jobDetail(selection: name)
                    return try tracker.run(.selection, corpus: nil, detail: detail) { job in
                        try ReportStage(
                            store, isCancelled: { job.isCancelled }, told: { job.selection = $0 }
                        ).report(selection: name, beside: other)
                    }
                })
        }
        group.on(API.comparison) { parameters, _, _ in
            guard let first = parameters.text("first"), let second = parameters.text("second")
            else { throw RequestError(.badRequest, "first and second name two selections") }
            let slot = try await threads.slot()
            return try Response.json(
                await slot.run { try SelectionStage(store).compare(first, second) })
        }
        group.on(API.deleteSelection) { _, _, context in
            let id = try RequestParameters.id(context)
            let summary = try await summary(id)
            let slot = try await threads.slot()
            try await slot.run { try store.deleteSelection(id) }
            return try Response.json(summary)
        }
        group.on(API.scores) { parameters, _, context in
            try await scores(parameters, context)
        }
        group.on(API.selection) { _, _, context in
            let id = try RequestParameters.id(context)
            return try Response.json(await summary(id))
        }
        group.on(API.select) { _, request, _ in try await select(request) }
        group.on(API.benchmarks) { _, request, _ in
            let slot = try await threads.slot()
            // The body, the numbers, and twice both on the way into the store.
            let most = QuestionWindows.most * MemoryLayout<UInt64>.size
            let length = request.headers[.contentLength].flatMap { Int($0) } ?? most
            let share = try await slot.run { memory.take(5 * min(max(length, 0), most)) }
            let body = try await request.body(upTo: most)
            return try Response.json(
                await slot.run {
                    defer { withExtendedLifetime(share) {} }
                    let windows = try QuestionWindows(bytes: body.readableBytesView)
                    try SelectionStage(store).addBenchmark(windows)
                    return BenchmarkReport(windows)
                })
        }
        group.on(API.ruleFiles) { _, request, _ in
            let slot = try await threads.slot()
            let most = Store.mostRuleFileBytes
            let length = request.headers[.contentLength].flatMap { Int($0) } ?? most
            let share = try await slot.run { memory.take(4 * min(max(length, 0), most)) }
            let body = Array(try await request.body(upTo: most).readableBytesView)
            return try Response.json(
                await slot.run {
                    defer { withExtendedLifetime(share) {} }
                    let report = RuleFileReport(body)
                    try store.addRuleFile(sha256: report.sha256, body)
                    return report
                })
        }
        group.on(API.provenance) { _, _, context in
            let selection = try await summary(RequestParameters.id(context))
            return try Response.json(
                await threads.query { try Provenance(store, of: selection) })
        }
        group.on(API.selectionRows) { parameters, _, context in
            try await rows(parameters, context, id: RequestParameters.id(context))
        }
    }

    private func summary(_ id: Int64) async throws -> SelectionSummary {
        let store = environment.store
        guard
            let summary = try await environment.threads.query({
                try SelectionStage(store).selection(id: id)
            })
        else {
            throw RefineryError.missing(.selection, id)
        }
        return summary
    }

    /// Chooses chunks by the rule in the body; the answer is the selection's summary.
    private func select(_ request: Request) async throws -> Response {
        let body = try await request.body(upTo: 64 << 10)
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
        if let name = selection.name { _ = try Name(name, of: .selection) }
        let (store, tracker) = (environment.store, environment.tracker)
        let slot = try await environment.threads.slot()
        let (memory, bytes) = (environment.memory, selection.rule.workingBytes)
        return try Response.json(
            await slot.run {
                let share = memory.take(bytes)
                defer { withExtendedLifetime(share) {} }
                return try tracker.run(
                    .selection, corpus: selection.rule.corpus, detail: selection.jobDetail
                ) { job in
                    let stage = SelectionStage(
                        store, isCancelled: { job.isCancelled }, told: { job.selection = $0 })
                    let (rule, name) = (selection.rule, selection.name)
                    guard !selection.dryRun else { return try stage.preview(rule, name: name) }
                    let summary = try stage.select(rule, name: name)
                    try store.updateJob(
                        job.id, done: Int64(summary.keptChunks), total: Int64(summary.candidates))
                    return summary
                }
            })
    }

    /// Streams the rows of a selection as lines of JSON.
    private func rows(
        _ parameters: RequestParameters, _ context: Context, id: Int64
    ) async throws -> Response {
        let options = ExportOptions(
            order: try parameters.choice("order", default: ExportOrder.corpus),
            seed: try parameters.seed("seed"),
            mergesAdjacent: try parameters.flag("merge_adjacent"),
            fields: try parameters.flag("keep_fields"))
        try options.validate()
        let isForgotten = try parameters.flag("forget")
        let slot = try await environment.threads.slot()
        let summary = try await summary(id)
        let (store, tracker) = (environment.store, environment.tracker)
        return Response.jsonLines(slot: slot, to: context.channel) { pipe in
            // Whether its client took the rows or has gone.
            defer { if isForgotten { try? store.deleteSelection(id) } }
            try tracker.run(.export, corpus: summary.rule.corpus, detail: summary.name) { job in
                var lines = LineBuffer(pipe, environment.wait(for: job))
                var rows: Int64 = 0
                var json = JSONBytes()
                try ExportStage(store).rows(of: id, options) { row in
                    guard !job.isCancelled else { throw JobCancelled() }
                    json.removeAll()
                    row.write(to: &json, keepFields: options.fields)
                    lines.append(complete: json.bytes)
                    rows += 1
                    try lines.sendIfFull()
                }
                try lines.send()
                try store.updateJob(job.id, done: rows, total: Int64(summary.keptChunks))
            }
        }
    }

    /// Streams every scored chunk's columns as lines of JSON or CSV.
    private func scores(
        _ parameters: RequestParameters, _ context: Context
    ) async throws -> Response {
        var rule = SelectionRule(size: .topK(1), corpus: try parameters.corpus())
        rule.unit = try parameters.choice("unit", default: ItemUnit.chunk)
        rule.excludedDomains = try parameters.list("exclude_domains")
        rule.ranges = try parameters.list("where").map { try ColumnRange($0) }
        let format = try parameters.choice("format", default: ScoreFormat.jsonl)
        let slot = try await environment.threads.slot()
        let (store, wanted) = (environment.store, rule)
        // Once lines are on their way nothing can be refused any more.
        try await environment.threads.query { try SelectionStage(store).checkListing(wanted) }
        let type = format == .csv ? "text/csv" : "application/jsonl"
        return Response.jsonLines(slot: slot, to: context.channel, type: type) { pipe in
            var lines = LineBuffer(pipe, environment.wait())
            var json = JSONBytes()
            try SelectionStage(store).listScores(wanted) { imported in
                guard format == .csv else { return }
                lines.append(complete: Array(ScoreListing.csvHeader(imported).utf8))
            } _: { row in
                json.removeAll()
                if format == .csv { row.writeCSV(to: &json) } else { row.write(to: &json) }
                lines.append(complete: json.bytes)
                try lines.sendIfFull()
            }
            try lines.send()
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
