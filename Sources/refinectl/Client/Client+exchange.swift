import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Refinery

extension Client {
    /// The daemon has no room for a request now: it says why, and when to ask again.
    struct Busy: Error {
        /// What it says.
        var failure: Failure
        /// Seconds until another try.
        var seconds: Int
    }

    private typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// One request and its answer on a connection of its own.
    ///
    /// A daemon that is too busy is asked again, for ten minutes, where the body can be sent again.
    func exchange<Value: Sendable>(
        _ method: EndpointMethod, _ uri: String, headers: HTTPHeaders = [:], length: Int? = nil,
        body writer: BodyWriter?, repeats: Bool = true, _ reader: @escaping BodyReader<Value>
    ) async throws -> Value {
        let end = ContinuousClock.now + .seconds(Self.patience)
        var isNoted = false
        while true {
            do {
                return try await attempt(
                    method, uri, headers: headers, length: length, body: writer, reader)
            } catch let busy as Busy {
                guard repeats, ContinuousClock.now < end else { throw busy.failure }
                if !isNoted {
                    isNoted = true
                    StandardOutput.writeError("note: waiting: \(busy.failure.message)\n")
                }
                try await Task.sleep(for: .seconds(busy.seconds))
            }
        }
    }

    /// How long a daemon that is too busy is asked again, in seconds.
    private static let patience = 600

    /// One request and its answer.
    ///
    /// The answer is read while the request's body is still being sent, so that a refusal is heard
    /// at once. An answer of 400 and above is thrown as a `Failure`.
    private func attempt<Value: Sendable>(
        _ method: EndpointMethod, _ uri: String, headers: HTTPHeaders, length: Int?,
        body writer: BodyWriter?, _ reader: @escaping BodyReader<Value>
    ) async throws -> Value {
        var headers = headers
        headers.add(name: "host", value: "refinery")
        headers.add(name: "connection", value: "close")
        if let length {
            headers.add(name: "content-length", value: String(length))
        } else if writer != nil {
            headers.add(name: "transfer-encoding", value: "chunked")
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: method.http, uri: uri, headers: headers)
        let channel = try await connect()
        do {
            return try await channel.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Value?.self) { group in
                    group.addTask {
                        try await Self.send(head, writer, to: outbound)
                        return nil
                    }
                    group.addTask {
                        var body = ResponseBody(inbound, socketPath: socketPath)
                        try await body.readHead()
                        return try await reader(&body)
                    }
                    defer { group.cancelAll() }
                    while let value = try await group.next() {
                        if let value { return value }
                    }
                    throw lost()
                }
            }
        } catch let error as any NIOFailure {
            throw lost(String(describing: error))
        }
    }

    /// Sends the request.
    ///
    /// A connection that breaks is left for the reading side to report, which may find the daemon's
    /// reason; what the body's source throws is thrown.
    private static func send(
        _ head: HTTPRequestHead, _ writer: BodyWriter?,
        to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        do {
            try await outbound.write(.head(head))
            try await writer? { buffer in try await outbound.write(.body(.byteBuffer(buffer))) }
            try await outbound.write(.end(nil))
        } catch is any NIOFailure {
            return
        }
    }

    /// The failure of a connection that broke.
    private func lost(_ detail: String? = nil) -> Failure {
        Self.lost(socketPath, detail)
    }

    /// The failure of a connection that broke.
    static func lost(_ socketPath: String, _ detail: String? = nil) -> Failure {
        Failure(
            "lost the connection to refineryd at \(socketPath)" + (detail.map { ": \($0)" } ?? ""),
            hint: "see whether it still runs: systemctl status refineryd", exitCode: 69)
    }

    private func connect() async throws -> Channel {
        let socketPath = try await socket()
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: socketPath) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Channel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(
                                inboundType: HTTPClientResponsePart.self,
                                outboundType: HTTPClientRequestPart.self))
                    }
                }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Self.unreachable(socketPath, error)
        }
    }

    /// The failure of a daemon that does not listen: where it was looked for, how to start it.
    static func unreachable(_ path: String, _ error: any Error) -> Failure {
        let code = (error as? IOError)?.errnoCode
        var reason = code.map { String(cString: strerror($0)) } ?? "\(error)"
        var hint =
            "start it with systemctl start refineryd, or refineryd --config FILE; "
            + "--socket or REFINERY_SOCKET names another socket"
        switch code {
        case ENOENT: reason = "there is no such socket"
        case ECONNREFUSED: reason = "nothing listens there any more"
        case EACCES:
            reason = "permission denied"
            hint = "join the socket's group: sudo usermod -aG refinery $USER, then log in again"
        default: break
        }
        if case .unixDomainSocketPathTooLong? = error as? SocketAddressError {
            reason = "the path is longer than a socket's may be (107 bytes)"
        }
        return Failure(
            "cannot reach refineryd at \(path): \(reason)", hint: hint, exitCode: 69)
    }
}

/// What NIO throws where a connection broke.
protocol NIOFailure: Error {}
extension IOError: NIOFailure {}
extension ChannelError: NIOFailure {}
extension NIOAsyncWriterError: NIOFailure {}
extension HTTPParserError: NIOFailure {}

extension EndpointMethod {
    /// NIO's word for it.
    fileprivate var http: HTTPMethod {
        switch self {
        case .get: .GET
        case .post: .POST
        case .delete: .DELETE
        }
    }
}
