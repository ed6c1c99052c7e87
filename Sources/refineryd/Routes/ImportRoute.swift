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
            let received = try await cancelWhenGracefulShutdown {
                var received: Int64 = 0
                for try await buffer in request.body {
                    received += Int64(buffer.readableBytes)
                    guard await pipe.send(Array(buffer.readableBytesView)) else { return received }
                }
                // A body that is cut off by cancellation ends as if it were complete.
                try Task.checkCancellation()
                return received
            }
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
        try environment.tracker.run(.import, corpus: order.corpus, detail: order.file) { job in
            throw RequestError(.notImplemented, "not written yet")
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
