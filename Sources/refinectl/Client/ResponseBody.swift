import Foundation
import NIOCore
import NIOHTTP1
import Refinery

/// The body of an answer, piece by piece; the daemon is slowed down while nobody reads.
struct ResponseBody {
    private var iterator: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let socketPath: String
    private var isEnded = false

    init(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, socketPath: String
    ) {
        iterator = inbound.makeAsyncIterator()
        self.socketPath = socketPath
    }

    /// Reads up to the body; throws what an answer of 400 and above says.
    mutating func readHead() async throws {
        while let part = try await iterator.next() {
            guard case .head(let head) = part else { continue }
            guard head.status.code >= 400 else { return }
            let body = try await collect(limit: 1 << 20)
            let data = Data(body.readableBytesView)
            let error = try? JSONDecoder().decode(WireError.self, from: data)
            let failure =
                error.map { Failure($0) } ?? Failure("refineryd answered \(head.status)")
            if head.status == .serviceUnavailable,
                let seconds = head.headers.first(name: "retry-after").flatMap({ Int($0) })
            {
                throw Client.Busy(failure: failure, seconds: min(max(seconds, 1), 60))
            }
            throw failure
        }
        throw Client.lost(socketPath)
    }

    /// The next piece, nil at the end.
    ///
    /// - Throws: a `Failure` where the connection ends before the body does.
    mutating func next() async throws -> ByteBuffer? {
        guard !isEnded else { return nil }
        while let part = try await iterator.next() {
            switch part {
            case .head: continue
            case .body(let bytes): return bytes
            case .end:
                isEnded = true
                return nil
            }
        }
        try Task.checkCancellation()
        throw Client.lost(socketPath)
    }

    /// The whole body.
    mutating func collect(limit: Int = 256 << 20) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        while var piece = try await next() {
            guard whole.readableBytes + piece.readableBytes <= limit else {
                throw Failure("the daemon's answer is longer than \(limit) bytes")
            }
            whole.writeBuffer(&piece)
        }
        return whole
    }
}
