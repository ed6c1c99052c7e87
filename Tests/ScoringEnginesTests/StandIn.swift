import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// An HTTP server in this process that answers as an engine does, and with every fault.
final class StandIn: Sendable {
    /// What came.
    struct Request: Sendable {
        var method: String
        var path: String
        var authorization: String?
        var body: [UInt8]
        /// How many scoring requests came before this one.
        var number: Int
        /// The prompts of a scoring request.
        var prompts: [[Int32]]

        var isScoring: Bool { path == "/v1/completions" || path == "/generate" }
    }

    /// What is sent back.
    indirect enum Reply: Sendable {
        case json(String)
        case status(Int, headers: [String: String] = [:], body: String = "")
        /// Nothing, ever.
        case silence
        /// The head and half of the body, then nothing.
        case stall(String)
        /// The connection ends without an answer.
        case drop
        /// The connection ends in the middle of the body.
        case cut(String)
        /// Another reply, after so many seconds.
        case late(Double, Reply)
        /// Blanks without end, as fast as they are taken.
        case endless
    }

    typealias Answer = @Sendable (Request) -> Reply

    private let channel: any Channel
    private let count = NIOLockedValueBox(0)
    private let seen = NIOLockedValueBox<[Request]>([])
    private let isSecure: Bool
    private let tokenize: Tokenize

    /// What `/tokenize` makes of a text.
    typealias Tokenize = @Sendable (String) -> [Int32]

    /// The scoring requests that came.
    var scoring: [Request] { seen.withLockedValue { $0.filter(\.isScoring) } }
    /// All requests that came.
    var requests: [Request] { seen.withLockedValue { $0 } }
    /// Its URL.
    var url: String {
        "\(isSecure ? "https" : "http")://localhost:\(channel.localAddress?.port ?? 0)"
    }

    private init(channel: any Channel, isSecure: Bool, tokenize: @escaping Tokenize) {
        self.channel = channel
        self.tokenize = tokenize
        self.isSecure = isSecure
    }

    /// Calls `body` with a server that answers by `answer`; scoring requests only, others are those
    /// of a healthy engine.
    static func with<Result>(
        tls: NIOSSLContext? = nil, port: Int = 0,
        tokenize: @escaping Tokenize = { _ in [1, 2, 3] }, _ answer: @escaping Answer,
        _ body: (StandIn) async throws -> Result
    ) async throws -> Result {
        let box = NIOLockedValueBox<StandIn?>(nil)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Connection { request in
                            box.withLockedValue { $0 }?.reply(to: request, answer) ?? .drop
                        })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let server = StandIn(channel: channel, isSecure: tls != nil, tokenize: tokenize)
        box.withLockedValue { $0 = server }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private func reply(to came: Request, _ answer: Answer) -> Reply {
        var request = came
        if request.isScoring {
            request.number = count.withLockedValue { count in
                count += 1
                return count - 1
            }
            let json = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
            let prompts = json?["prompt"] ?? json?["input_ids"]
            request.prompts = (prompts as? [[Int]] ?? []).map { $0.map { Int32($0) } }
        }
        let noted = request
        seen.withLockedValue { $0.append(noted) }
        if request.isScoring || !Self.isHealthy(request.path) { return answer(request) }
        switch request.path {
        case "/v1/models":
            return .json(
                "{\"object\":\"list\",\"data\":[{\"id\":\"other\",\"max_model_len\":1},{\"id\":\"m\","
                    + "\"root\":\"/models/m\",\"max_model_len\":4096}]}")
        case "/version": return .json("{\"version\":\"0.32.0\"}")
        case "/model_info": return .json("{\"model_path\":\"m\",\"weight_version\":\"default\"}")
        case "/server_info": return .json("{\"version\":\"0.5.23\"}")
        default:
            let json = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
            let ids = tokenize(json?["prompt"] as? String ?? "")
            return .json("{\"tokens\":\(ids),\"count\":\(ids.count)}")
        }
    }

    private static func isHealthy(_ path: String) -> Bool {
        ["/v1/models", "/version", "/model_info", "/server_info", "/tokenize"].contains(path)
    }

    /// The answer of a healthy engine.
    static func healthy(_ request: Request) -> Reply {
        .json(
            request.path == "/generate"
                ? EngineAnswers.sglang(request.prompts) : EngineAnswers.vllm(request.prompts))
    }
}

/// One connection of the stand-in; on one event loop, which makes it safe.
private final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (StandIn.Request) -> StandIn.Reply
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ answer: @escaping @Sendable (StandIn.Request) -> StandIn.Reply) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer): body += buffer.readableBytesView
        case .end:
            guard let head else { return }
            let request = StandIn.Request(
                method: head.method.rawValue, path: head.uri,
                authorization: head.headers.first(name: "authorization"), body: body, number: 0,
                prompts: [])
            send(answer(request), context)
        }
    }

    private func send(_ reply: StandIn.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .json(let text):
            write(200, ["content-type": "application/json"], text, length: nil, context)
            end(context)
        case .status(let code, let headers, let text):
            write(code, headers, text, length: nil, context)
            end(context)
        case .silence: break
        case .late(let seconds, let reply):
            // The client shares these event loops: none of them may be blocked.
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(Int64(seconds * 1000))) {
                let (connection, context) = bound.value
                connection.send(reply, context)
            }
        case .stall(let text):
            write(200, [:], half(text), length: text.utf8.count, context)
            context.flush()
        case .drop: context.close(promise: nil)
        case .cut(let text):
            write(200, [:], half(text), length: text.utf8.count, context)
            context.flush()
            context.close(promise: nil)
        case .endless:
            let head = HTTPResponseHead(version: .http1_1, status: .ok)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            blanks(context)
        }
    }

    private func half(_ text: String) -> String {
        String(decoding: Array(text.utf8)[..<(text.utf8.count / 2)], as: UTF8.self)
    }

    private func write(
        _ code: Int, _ headers: [String: String], _ text: String, length: Int?,
        _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: code))
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        head.headers.add(name: "content-length", value: "\(length ?? text.utf8.count)")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let buffer = context.channel.allocator.buffer(string: text)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func blanks(_ context: ChannelHandlerContext) {
        let buffer = context.channel.allocator.buffer(repeating: 0x20, count: 1 << 16)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer)))).whenSuccess {
            let (connection, context) = bound.value
            connection.blanks(context)
        }
    }
}
