import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import refinectl

/// Numbers collected by several tasks.
final class Counter: Sendable {
    private let state = Mutex<[Int]>([])

    var values: [Int] { state.withLock { $0 } }

    func add(_ value: Int) {
        state.withLock { $0.append(value) }
    }
}

/// An HTTP server of one behaviour on a Unix socket of its own.
enum TinyServer {
    enum Behaviour: Sendable {
        /// Answers with the path and the number of bytes of the body.
        case echo
        /// Answers 404 as soon as the head has come.
        case refuse
        /// Streams 100 lines of 10 bytes a piece.
        case stream(pieces: Int)
        /// Answers 503, to be asked again after a second, so many times; then as `echo`.
        case busy(Counter, times: Int)
        /// Ends the connection in the middle of the answer.
        case breakOff
    }

    static func with(
        _ behaviour: Behaviour, _ body: (Client) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "rt-\(UUID().uuidString.prefix(8)).sock"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(behaviour))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        defer { unlink(path) }
        do {
            try await body(Client(socketPath: path))
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let behaviour: Behaviour
        private var uri = ""
        private var bytes = 0

        init(_ behaviour: Behaviour) {
            self.behaviour = behaviour
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                uri = head.uri
                if case .refuse = behaviour {
                    answer(context, .notFound, #"{"error":"no such corpus","hint":"name another"}"#)
                }
            case .body(let buffer): bytes += buffer.readableBytes
            case .end: end(context)
            }
        }

        private func end(_ context: ChannelHandlerContext) {
            switch behaviour {
            case .refuse: return
            case .busy(let asked, let times):
                asked.add(bytes)
                if asked.values.count <= times {
                    answer(context, .serviceUnavailable, #"{"error":"too busy","hint":null}"#)
                } else {
                    answer(context, .ok, #"{"uri":"\#(uri)","bytes":\#(bytes)}"#)
                }
            case .echo: answer(context, .ok, #"{"uri":"\#(uri)","bytes":\#(bytes)}"#)
            case .stream(let pieces):
                head(context, .ok)
                let piece = ByteBuffer(string: String(repeating: "123456789\n", count: 100))
                for _ in 0..<pieces {
                    context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .breakOff:
                head(context, .ok)
                let piece = wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "half"))))
                context.writeAndFlush(piece, promise: nil)
                context.close(promise: nil)
            }
        }

        private func head(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
            var headers: HTTPHeaders = ["transfer-encoding": "chunked"]
            if status == .serviceUnavailable { headers.add(name: "retry-after", value: "1") }
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }

        private func answer(
            _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ json: String
        ) {
            head(context, status)
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: json)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
