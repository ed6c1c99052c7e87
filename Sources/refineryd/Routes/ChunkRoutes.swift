import HTTPTypes
import Hummingbird
import Refinery

/// `GET /v1/chunks/{id}`.
struct ChunkRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads) = (environment.store, environment.threads)
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
}
