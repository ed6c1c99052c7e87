import HTTPTypes
import Hummingbird
import Refinery

/// `GET /v1/jobs`, `GET /v1/jobs/{id}`, `POST /v1/jobs/{id}/cancel`.
struct JobRoutes {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        let (store, threads, jobs) = (environment.store, environment.threads, environment.jobs)
        group.on(API.jobs) { parameters, _, _ in
            let limit = try parameters.integer("limit", in: 1...100_000) ?? 1000
            guard limit > 1000 else {
                return try Response.json(
                    await threads.query { jobs.completed(try store.jobs(limit: Int(limit))) })
            }
            // Longer answers than a socket takes at once are bounded as other long requests are.
            let slot = try await threads.slot()
            return try Response.json(
                await slot.run { jobs.completed(try store.jobs(limit: Int(limit))) },
                holding: slot)
        }
        group.on(API.job) { _, _, context in
            let id = try RequestParameters.id(context)
            return try Response.json(jobs.completed([await record(id)])[0])
        }
        group.on(API.cancelJob) { _, _, context in
            let id = try RequestParameters.id(context)
            let record = try await record(id)
            guard jobs.cancel(id) else {
                throw RequestError(
                    .conflict, "job \(id) is not running, it is \(record.state.rawValue)")
            }
            return try Response.json(record, status: .accepted)
        }
    }

    private func record(_ id: Int64) async throws -> JobRecord {
        let store = environment.store
        guard let record = try await environment.threads.query({ try store.job(id) }) else {
            throw RefineryError.missing(.job, id)
        }
        return record
    }
}
