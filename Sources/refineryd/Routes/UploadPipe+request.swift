import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

extension UploadPipe {
    /// Reads the body into the pipe until it ends, breaks or the reader has enough.
    func forward(_ request: Request) async {
        let expected = request.headers[.contentLength].flatMap { Int64($0) }
        do {
            let received: Int64? = try await cancelWhenGracefulShutdown {
                var received: Int64 = 0
                for try await buffer in request.body {
                    received += Int64(buffer.readableBytes)
                    guard await self.send(Array(buffer.readableBytesView)) else { return nil }
                }
                // A body that is cut off by cancellation ends as if it were complete.
                try Task.checkCancellation()
                return received
            }
            guard let received else { return }
            if let expected, received != expected {
                fail(UploadBroken("\(received) of \(expected) bytes arrived"))
            } else {
                finish()
            }
        } catch is CancellationError {
            fail(UploadBroken("the daemon is shutting down"))
        } catch {
            fail(UploadBroken("the connection broke"))
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
