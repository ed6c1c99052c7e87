import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `POST /v1/imports`: the body is the file's bytes; the answer is an `ImportSummary`.
struct ImportRoute {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        group.on(API.imports) { parameters, request, _ in
            let order = try ImportOrder(parameters, configuration: environment.configuration)
            let slot = try await environment.threads.slot()
            return try Response.json(
                await UploadPipe.read(request, on: slot) { try importFile(order, from: $0) })
        }
    }

    /// Reads, checks and stores the documents; blocks.
    private func importFile(_ order: ImportOrder, from pipe: UploadPipe) throws -> ImportSummary {
        var job = try ImportJob(
            store: environment.store, corpus: order.corpus, file: order.file, path: order.path,
            options: order.options, replace: order.replace)
        let memory = environment.memory
        // A long line is several times in memory on its way into the store.
        job.admit = { memory.take(4 * $0) }
        return try environment.tracker.follow(job.id, .import, corpus: order.corpus) { running in
            defer { environment.pipeline.wake() }
            let wait = environment.wait(for: running)
            var counts = job.counts
            return try job.run(next: { try pipe.next(wait) }) { job in
                job.batchBytes = max(2 << 20, (16 << 20) / max(environment.jobs.count, 1))
                // Not for every piece: whoever is woken looks into the store.
                guard job.counts != counts else { return }
                counts = job.counts
                environment.pipeline.wake()
            }
        }
    }
}
