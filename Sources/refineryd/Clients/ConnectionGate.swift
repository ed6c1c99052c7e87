import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Refinery

/// Tells ``Connections`` of one connection, and closes it once its client was waited for too long.
final class ConnectionGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Seconds in which a client may hear an answer that came before it had sent everything.
    private static let lingerSeconds: Int64 = 5

    private let connections: Connections
    private var connection: Connection?
    private var watch: RepeatedTask?

    /// A gate for one connection.
    init(_ connections: Connections) {
        self.connections = connections
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let connection = Connection(user: Self.user(of: channel)) { channel.close(promise: nil) }
        guard connections.enter(connection) else { return refuse(context) }
        self.connection = connection
        let connections = connections
        let limits = connections.limits
        let spell = max(0.05, min(limits.idleSeconds, limits.stalledSeconds, 60) / 4)
        let nanoseconds = TimeAmount.nanoseconds(Int64(spell * 1e9))
        watch = context.eventLoop.scheduleRepeatedTask(
            initialDelay: nanoseconds, delay: nanoseconds
        ) { _ in
            if connections.isOverdue(connection) { connection.cut() }
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
        if let connection { connections.leave(connection) }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: connection?.requestBegins()
        case .body: connection?.bytesArrive()
        case .end: connection?.requestIsWhole()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        connection?.want(false)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        connection?.want(true)
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let connection else { return context.write(data, promise: promise) }
        let taken = promise ?? context.eventLoop.makePromise()
        connection.answerIsSent()
        taken.futureResult.whenComplete { _ in connection.answerIsTaken() }
        if case .end = unwrapOutboundIn(data), connection.requestEnds() {
            context.eventLoop.scheduleTask(in: .seconds(Self.lingerSeconds)) { connection.cut() }
        }
        context.write(data, promise: taken)
    }

    /// Says that there are too many, and hangs up.
    private func refuse(_ context: ChannelHandlerContext) {
        let error = WireError(
            "too many connections are open",
            hint: "close some, or try again when some requests have ended")
        let body = ByteBuffer(bytes: (try? JSONEncoder().encode(error)) ?? Data())
        let head = HTTPResponse(
            status: .serviceUnavailable,
            headerFields: [
                .connection: "close", .retryAfter: "1", .contentType: "application/json",
                .contentLength: "\(body.readableBytes)",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    /// The user at the other end, as the kernel tells.
    private static func user(of channel: any Channel) -> UInt32? {
        // `struct ucred` (unix(7)), which Glibc's module leaves out: three 32-bit numbers.
        var found: UInt32?
        let peer: EventLoopFuture<(Int32, UInt32, UInt32)>? =
            (channel as? any SocketOptionProvider)?.unsafeGetSocketOption(
                level: .socket, name: .init(rawValue: SO_PEERCRED))
        // On the channel's own loop, so it is there at once.
        peer?.assumeIsolated().whenSuccess { found = $0.1 }
        return found
    }
}
