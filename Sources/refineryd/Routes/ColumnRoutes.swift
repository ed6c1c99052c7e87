import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `GET` and `POST /v1/columns`, `DELETE /v1/columns/{name}`.
struct ColumnRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads, logger) = (environment.store, environment.threads, environment.logger)
        group.on(API.columns) { parameters, _, _ in
            let name = parameters.text("name")
            let slot = try await threads.slot()
            return try Response.json(await slot.run { try store.columns(named: name) })
        }
        group.on(API.importColumn) { parameters, request, _ in
            let order = try Self.order(parameters)
            let slot = try await threads.slot()
            return try Response.json(
                await UploadPipe.read(request, on: slot) { try importFile(order, from: $0) })
        }
        group.on(API.deleteColumn) { _, _, context in
            guard let name = context.parameters.get("name")?.removingPercentEncoding else {
                throw RequestError(.badRequest, "the column's name is not percent-encoded UTF-8")
            }
            let slot = try await threads.slot()
            try await slot.run { try store.deleteColumn(name) }
            logger.notice("column deleted", metadata: ["column.name": "\(name.prefix(80))"])
            return try Response.json(["deleted": name])
        }
    }

    private static func order(_ parameters: RequestParameters) throws -> ColumnImportJob.Order {
        guard let name = parameters.text("name"), let file = parameters.text("file") else {
            throw RequestError(
                .badRequest, "parameter name or file is missing",
                hint: "the column's name, and the file's as rejects are to print it")
        }
        var order = ColumnImportJob.Order(
            column: name, corpus: try parameters.corpus() ?? "default", file: file)
        order.compression = try parameters.choice("compression", default: .none)
        order.idField = try parameters.field("id_field") ?? order.idField
        order.chunkField = try parameters.field("chunk_field") ?? order.chunkField
        order.namesChunkField = parameters.text("chunk_field") != nil
        order.valueField = try parameters.field("value_field") ?? order.valueField
        order.replace = try parameters.flag("replace")
        return order
    }

    /// Reads and stores the values; blocks.
    private func importFile(
        _ order: ColumnImportJob.Order, from pipe: UploadPipe
    ) throws -> ColumnImportSummary {
        var order = order
        order.maxWindowBytes = environment.configuration.maxWindowBytes
        var job = try ColumnImportJob(store: environment.store, order)
        let memory = environment.memory
        job.admit = { memory.take(4 * $0) }
        return try environment.tracker.follow(job.id, .import, corpus: order.corpus) { running in
            let wait = environment.wait(for: running)
            return try job.run { try pipe.next(wait) }
        }
    }
}
