import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server on the daemon's socket.
///
/// As Hummingbird's `Application`, but for that one's clock, which wakes up once a second to
/// format the date whether anybody asks or not: an idle daemon sleeps.
struct APIServer: Service {
    private let socket: String
    private let connections: Connections
    private let responder: RouterResponder<Context>
    private let logger: Logger
    private let onRunning: @Sendable () -> Void

    /// A server on the configured Unix socket; `onRunning` is called once it answers.
    init(
        _ environment: RouteEnvironment, _ live: LiveRoutes, logger: Logger,
        onRunning: @escaping @Sendable () -> Void
    ) {
        socket = environment.configuration.socket
        var limits = Connections.Limits()
        // The thread that waits for a client says so first; this is for what has no thread.
        limits.stalledSeconds = environment.configuration.clientSeconds + 15
        limits.idleSeconds = min(limits.idleSeconds, environment.configuration.clientSeconds)
        connections = Connections(limits)
        let router = makeRouter(environment)
        live.addMetrics(to: router)
        responder = router.buildResponder()
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until shutdown.
    func run() async throws {
        let (responder, logger, onRunning) = (responder, logger, onRunning)
        let connections = connections
        let server = try HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGate(connections)])
        ).buildServer(
            configuration: ServerConfiguration(address: .unixDomainSocket(path: socket)),
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: logger
        ) { request, writer, channel in
            let context = Context(source: .init(channel: channel, logger: logger))
            var response = try await responder.respond(to: request, context: context)
            response.headers[.server] = "refineryd"
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { _ in
            onRunning()
        }
        try await server.run()
    }
}
