import HTTPTypes
import Hummingbird
import Logging
import Refinery

/// `POST /v1/imports`: the body is the file's bytes; the answer is an `ImportSummary`.
struct ImportRoute {
    let environment: RouteEnvironment

    func add(to group: RouterGroup<Context>) {
        group.post("imports") { request, _ in
            let order = try ImportOrder(request, configuration: environment.configuration)
            let slot = try environment.threads.slot()
            let pipe = UploadPipe()
            async let summary = slot.run {
                defer { pipe.close() }
                return try importFile(order, from: pipe)
            }
            await pipe.forward(request)
            return try await Response.json(summary)
        }
    }

    /// Reads, checks and stores the documents; blocks.
    private func importFile(_ order: ImportOrder, from pipe: UploadPipe) throws -> ImportSummary {
        var job = try ImportJob(
            store: environment.store, corpus: order.corpus, file: order.file, path: order.path,
            options: order.options, replace: order.replace)
        return try environment.tracker.follow(job.id, .import, corpus: order.corpus) { running in
            defer { environment.pipeline.wake() }
            do {
                while let bytes = try pipe.next() {
                    guard !running.isCancelled else { throw JobCancelled() }
                    let before = job.counts
                    try bytes.withUnsafeBytes { try job.feed($0) }
                    if job.counts != before { environment.pipeline.wake() }
                }
            } catch is JobCancelled {
                try job.fail("cancelled", state: .cancelled)
                throw JobCancelled()
            } catch let error as UploadBroken {
                throw try job.fail(error.reason)
            }
            return try job.finish()
        }
    }
}
