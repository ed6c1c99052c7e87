import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
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
    func run() async throws {
        var limits = Connections.Limits()
        limits.perUser = limits.total
        let connections = Connections(limits)
        let (responder, logger, onRunning, feed) = (responder, logger, onRunning, routes.feed)
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
                    try await server.run()
                    feed.end()
                }
                try await group.waitForAll()
            }
        } onGracefulShutdown: {
            routes.pages.end()
            feed.end()
        }
    }
}
