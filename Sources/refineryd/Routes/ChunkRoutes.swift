import HTTPTypes
import Hummingbird
import Refinery

/// `GET /v1/chunks`, `GET /v1/chunks/{id}`.
struct ChunkRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads) = (environment.store, environment.threads)
        group.on(API.chunks) { parameters, _, _ in
            let query = try Self.query(parameters)
            return try Response.json(
                await threads.query { try SelectionStage(store).find(query) })
        }
        group.on(API.chunk) { parameters, _, context in
            let id = try RequestParameters.id(context)
            guard let name = parameters.text("selection") else {
                return try Response.json(
                    await threads.query { try SelectionStage(store).explain(chunk: id) })
            }
            let slot = try await threads.slot()
            return try Response.json(
                await slot.run { try SelectionStage(store).explain(chunk: id, selection: name) })
        }
    }

    private static func query(
        _ parameters: RequestParameters
    ) throws -> SelectionStage.ChunkQuery {
        let ordinal = try parameters.integer("ordinal", in: 0...Int64(Int32.max))
        let corpus = try parameters.corpus()
        switch (parameters.text("document"), parameters.text("sha256")) {
        case (let document?, nil):
            return .document(document, ordinal: ordinal.map { Int($0) }, corpus: corpus)
        case (nil, let digits?) where ordinal == nil && corpus == nil:
            guard let sha256 = Hex.bytes(digits), sha256.count == 32 else {
                throw RequestError(.badRequest, "sha256 has 64 hexadecimal digits")
            }
            return .text(sha256)
        default:
            throw RequestError(
                .badRequest,
                "give document, with ordinal and corpus or without, or sha256 alone")
        }
    }
}
