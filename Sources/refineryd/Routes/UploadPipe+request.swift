import HTTPTypes
import Hummingbird
import NIOCore
import Refinery
import ServiceLifecycle

extension UploadPipe {
    /// Reads a request's body on the slot's thread.
    ///
    /// Once `read` has ended, the rest of the body is not waited for.
    static func read<Value: Sendable>(
        _ request: Request, on slot: BlockingThreads.Slot,
        _ read: @escaping @Sendable (UploadPipe) throws -> Value
    ) async throws -> Value {
        let pipe = UploadPipe()
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                await pipe.forward(request)
                return nil
            }
            group.addTask {
                try await slot.run {
                    defer { pipe.close() }
                    return try read(pipe)
                }
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            throw CancellationError()
        }
    }

    /// Reads the body into the pipe until it ends, breaks or the reader has enough.
    private func forward(_ request: Request) async {
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
                fail(SourceBroken("\(received) of \(expected) bytes arrived"))
            } else {
                finish()
            }
        } catch is CancellationError {
            fail(SourceBroken("the daemon is shutting down"))
        } catch {
            fail(SourceBroken("the connection broke"))
        }
    }
}

extension Request {
    /// The whole body, which has to arrive within a minute.
    ///
    /// - Throws: status 408 where it does not, 413 where it is longer than `limit` bytes.
    func body(upTo limit: Int) async throws -> ByteBuffer {
        let body = body
        return try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask {
                do {
                    return try await body.collect(upTo: limit)
                } catch let error as any HTTPResponseError {
                    throw error
                } catch  where !Task.isCancelled {
                    throw RequestError(
                        .badRequest, "the request's body broke off or is no HTTP: \(error)")
                }
            }
            group.addTask {
                try await Task.sleep(for: .seconds(60))
                throw RequestError(
                    .requestTimeout, "the request's body did not arrive within a minute")
            }
            defer { group.cancelAll() }
            guard let whole = try await group.next() else { throw CancellationError() }
            return whole
        }
    }
}
