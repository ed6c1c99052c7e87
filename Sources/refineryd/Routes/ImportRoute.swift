import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Refinery
import ServiceLifecycle

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
            await forward(request, to: pipe)
            return try await Response.json(summary)
        }
    }

    /// Reads the body into the pipe until it ends, breaks or the reader has enough.
    private func forward(_ request: Request, to pipe: UploadPipe) async {
        let expected = request.headers[.contentLength].flatMap { Int64($0) }
        do {
            let received: Int64? = try await cancelWhenGracefulShutdown {
                var received: Int64 = 0
                for try await buffer in request.body {
                    received += Int64(buffer.readableBytes)
                    guard await pipe.send(Array(buffer.readableBytesView)) else { return nil }
                }
                // A body that is cut off by cancellation ends as if it were complete.
                try Task.checkCancellation()
                return received
            }
            guard let received else { return }
            if let expected, received != expected {
                pipe.fail(UploadBroken("\(received) of \(expected) bytes arrived"))
            } else {
                pipe.finish()
            }
        } catch is CancellationError {
            pipe.fail(UploadBroken("the daemon is shutting down"))
        } catch {
            pipe.fail(UploadBroken("the connection broke"))
        }
    }

    /// Reads, checks and stores the documents; blocks.
    private func importFile(_ order: ImportOrder, from pipe: UploadPipe) throws -> ImportSummary {
        var job = try ImportJob(
            store: environment.store, corpus: order.corpus, file: order.file,
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

/// An upload that did not arrive as a whole.
struct UploadBroken: Error {
    /// What happened.
    var reason: String

    /// An upload that broke for the reason given.
    init(_ reason: String) {
        self.reason = reason
    }
}
