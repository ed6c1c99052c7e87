import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Refinery

/// HTTP/1.1 over the daemon's Unix socket: one connection an exchange, both bodies streamed.
struct Client: Sendable {
    /// Where requests are answered.
    enum Place: Sendable {
        /// By the daemon that listens on this socket.
        case socket(String)
        /// By a process of our own on this store.
        case store(String)
    }

    /// Where requests are answered.
    let place: Place

    /// The socket or the store, for people.
    var socketPath: String {
        switch place {
        case .socket(let path), .store(let path): path
        }
    }

    /// Sends the parts of a request's body; `send` waits while the daemon is behind.
    typealias BodyWriter =
        @Sendable (_ send: @Sendable (ByteBuffer) async throws -> Void)
        async throws -> Void

    /// Reads a response's body piece by piece.
    typealias BodyReader<Value> = @Sendable (inout ResponseBody) async throws -> Value

    /// A client of the daemon at `socketPath`.
    init(socketPath: String) {
        place = .socket(socketPath)
    }

    /// A client of the store at that path, which no daemon holds.
    init(store: String) {
        place = .store(store)
    }

    /// The socket to connect to, once somebody answers for a store.
    func socket() async throws -> String {
        switch place {
        case .socket(let path): path
        case .store(let path):
            try await NIOThreadPool.singleton.runIfActive { try ServedStore.socket(store: path) }
        }
    }

    /// Sends a request and decodes the JSON that answers it.
    ///
    /// - Parameters:
    ///   - endpoint: what is asked.
    ///   - variable: what the endpoint's path names; nil where it names nothing.
    ///   - query: the parameters; those without a value are left out.
    /// - Returns: The answer.
    /// - Throws: `Failure`.
    @discardableResult
    func send<Answer: Decodable & Sendable>(
        _ endpoint: Endpoint<Answer>, _ variable: String? = nil, query: [(String, String?)] = []
    ) async throws -> Answer {
        try await exchange(endpoint.method, Self.uri(endpoint, variable, query), body: nil) {
            try Self.decode(Answer.self, from: try await $0.collect())
        }
    }

    /// Sends a request with a JSON body and decodes the JSON that answers it.
    func send<Answer: Decodable & Sendable>(
        _ endpoint: Endpoint<Answer>, body value: some Encodable & Sendable
    ) async throws -> Answer {
        let bytes = ByteBuffer(bytes: try JSONEncoder().encode(value))
        let writer: BodyWriter = { send in try await send(bytes) }
        return try await exchange(
            endpoint.method, endpoint.path(), headers: ["content-type": "application/json"],
            length: bytes.readableBytes,
            body: writer
        ) { body in try Self.decode(Answer.self, from: try await body.collect()) }
    }

    /// Uploads a streamed body and decodes the JSON that answers it.
    ///
    /// `repeats` says that the body can be sent again from its beginning.
    func upload<Answer: Decodable & Sendable>(
        _ endpoint: Endpoint<Answer>, query: [(String, String?)] = [], repeats: Bool = true,
        body writer: @escaping BodyWriter
    ) async throws -> Answer {
        try await exchange(
            endpoint.method, Self.uri(endpoint, nil, query),
            headers: ["content-type": "application/octet-stream"],
            body: writer, repeats: repeats
        ) { body in try Self.decode(Answer.self, from: try await body.collect()) }
    }

    /// A body of a file's bytes, or its rows as lines of JSONL, of which `display` hears as they go.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - fields: the fields of a line; nil where any will do.
    ///   - display: shows how far it is.
    /// - Returns: The body.
    static func body(
        of source: CorpusSource, fields: FieldNames?, _ display: UploadDisplay
    ) -> BodyWriter {
        { send in
            let reader = try CorpusReader(source, fields: fields, keepsOthers: true)
            for note in reader.notes { display.note(note) }
            while let piece = try await reader.next() {
                try await send(ByteBuffer(bytes: piece.bytes))
                display.sent(piece)
            }
        }
    }

    /// A body of a file's bytes as they are, of which `display` hears as they go.
    static func body(ofFile path: String, _ display: UploadDisplay) -> BodyWriter {
        { send in
            let reader = try FileReader(path: path)
            while true {
                let bytes = try await NIOThreadPool.singleton.runIfActive {
                    try reader.read(1 << 18)
                }
                guard !bytes.isEmpty else { return }
                try await send(ByteBuffer(bytes: bytes))
                display.sent(bytes.count)
            }
        }
    }

    /// Hands the lines that answer a request over piece by piece.
    func download(
        _ endpoint: Endpoint<StreamedLines>, _ variable: String? = nil,
        query: [(String, String?)] = [],
        _ receive: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        try await exchange(endpoint.method, Self.uri(endpoint, variable, query), body: nil) {
            while let bytes = try await $0.next() { try await receive(bytes) }
        }
    }

    /// An endpoint's path with a query whose nil values are left out, percent-encoded.
    static func uri<Answer>(
        _ endpoint: Endpoint<Answer>, _ variable: String?, _ query: [(String, String?)]
    ) -> String {
        let path = endpoint.path(variable.map(encoded))
        let pairs = query.compactMap { name, value in value.map { name + "=" + encoded($0) } }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// `text` with every byte but RFC 3986's unreserved ones percent-encoded.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + (byte < 16 ? "0" : "")
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, from buffer: ByteBuffer
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView))
        } catch {
            throw Failure(
                "cannot read the daemon's answer: \(error)",
                hint: "refinectl and refineryd may be of different versions")
        }
    }
}
