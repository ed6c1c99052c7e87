import ArgumentParser
import Foundation

/// Where the daemon listens.
struct DaemonOptions: ParsableArguments {
    /// The socket of a daemon installed as a service.
    static let defaultSocket = "/run/refinery/refinery.sock"

    @Option(
        help: ArgumentHelp(
            "The daemon's socket (default: $REFINERY_SOCKET, else \(defaultSocket)).",
            valueName: "path"))
    var socket: String?

    /// The socket named by option, environment or default, in this order.
    var socketPath: String {
        if let socket, !socket.isEmpty { return socket }
        let named = ProcessInfo.processInfo.environment["REFINERY_SOCKET"] ?? ""
        return named.isEmpty ? Self.defaultSocket : named
    }

    /// A client of that daemon.
    var client: Client { Client(socketPath: socketPath) }
}
