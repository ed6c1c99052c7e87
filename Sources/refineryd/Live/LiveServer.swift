import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Refinery
import ServiceLifecycle

/// The HTTP server of the live page: read-only, on a port, where the configuration asks for it.
struct LiveServer: Service {
    private let address: PageAddress
    private let routes: LiveRoutes
    private let responder: RouterResponder<Context>
    private let logger: Logger
    private let onRunning: @Sendable (Int) -> Void

    /// A server of the page.
    ///
    /// - Parameters:
    ///   - address: where; on this machine alone where there is no token.
    ///   - token: what is asked for.
    ///   - routes: what is answered.
    ///   - logger: the daemon's.
    ///   - onRunning: is told the port once it answers.
    init(
        _ address: PageAddress, token: PageToken?, _ routes: LiveRoutes, logger: Logger,
        onRunning: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.routes = routes
        self.logger = logger
        self.onRunning = onRunning
        responder = routes.router(PageGuard(address: address, token: token)).buildResponder()
    }

    /// Serves until shutdown.
    ///
    /// - Throws: `RefineryError` (output) where the port cannot be had.
    func run() async throws {
        var limits = Connections.Limits()
        limits.perUser = limits.total
        let connections = Connections(limits)
        let (responder, logger, onRunning, feed) = (responder, logger, onRunning, routes.feed)
        let address = address
        let server = try HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [ConnectionGate(connections)])
        ).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port)),
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: logger
        ) { request, writer, channel in
            let context = Context(source: .init(channel: channel, logger: logger))
            var response = try await responder.respond(to: request, context: context)
            response.headers[.server] = "refineryd"
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { channel in
            onRunning(channel.localAddress?.port ?? 0)
        }
        let routes = routes
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await feed.run { await routes.event() } }
                group.addTask {
                    do {
                        try await server.run()
                    } catch let error as IOError {
                        throw RefineryError(
                            .output,
                            "cannot serve the live page at \(address): "
                                + String(cString: strerror(error.errnoCode)),
                            hint: "name an address and a port that are free in `http`, or \"\"")
                    }
                    feed.end()
                }
                // Not waitForAll, which would wait for viewers where the server has failed.
                for try await _ in group {}
            }
        } onGracefulShutdown: {
            routes.pages.end()
            feed.end()
        }
    }
}
