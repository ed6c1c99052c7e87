import AsyncHTTPClient
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// HTTP to engines: connections, certificates, the key, bounds on time and on size.
///
/// Redirects are never followed and certificates are always verified. Shut it down when it is not
/// needed any more.
public struct EngineTransport: Sendable {
    private let http: HTTPClient
    let key: EngineKey?
    let timing: EngineTiming
    private let allowsPlainHTTP: Bool

    /// A transport without a connection yet.
    ///
    /// - Parameters:
    ///   - key: sent with every request.
    ///   - authorityFile: certificates in PEM that are trusted beside the system's.
    ///   - timing: how long engines are waited for.
    ///   - allowsPlainHTTP: whether the key may go over a network unencrypted; see
    ///     ``EngineAddress/check(hasKey:allowsPlainHTTP:)``, which says so before work begins.
    /// - Throws: ``EngineError`` (invalid) for a file without certificates.
    public init(
        key: EngineKey? = nil, authorityFile: String? = nil, timing: EngineTiming = EngineTiming(),
        allowsPlainHTTP: Bool = false
    ) throws(EngineError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        if let authorityFile {
            do {
                let certificates = try NIOSSLCertificate.fromPEMFile(authorityFile)
                tls.additionalTrustRoots = [.certificates(certificates)]
            } catch {
                throw EngineURL.invalid("cannot read certificates from \(authorityFile): \(error)")
            }
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(timing.connect)), decompression: .disabled)
        // The pool above tries again itself: with other endpoints meanwhile, and bounded.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        http = HTTPClient(configuration: configuration)
        self.key = key
        self.timing = timing
        self.allowsPlainHTTP = allowsPlainHTTP
    }

    /// Ends every connection; the transport cannot be used again.
    public func shutDown() async throws {
        try await http.shutdown()
    }

    /// Sends a request and reads the answer while it arrives.
    ///
    /// - Parameters:
    ///   - body: JSON, which is posted; nil to get.
    ///   - url: the endpoint.
    ///   - path: what stands behind its URL.
    ///   - bound: bytes that the answer may have.
    ///   - timeout: for the whole exchange.
    ///   - reader: takes the bytes of an answer with status 200 and makes a value of them.
    /// - Returns: What the reader made.
    /// - Throws: ``EngineError``; `CancellationError`.
    func exchange<Reader: BodyReader>(
        _ body: [UInt8]?, to url: EngineURL, path: String, bound: Int, timeout: Duration,
        reader: Reader
    ) async throws -> Reader.Value {
        guard key == nil || allowsPlainHTTP || url.isSecure || url.isLoopback else {
            throw EngineURL.invalid("the key is not sent to \(url), which is not encrypted")
        }
        var request = HTTPClientRequest(url: "\(url)\(path)")
        request.method = body == nil ? .GET : .POST
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "refinery")
        if let key { request.headers.add(name: "Authorization", value: key.authorization) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let sent = request
        do {
            // The client's own deadline ends with the head, so a body that stalls needs another.
            return try await withThrowingTaskGroup(of: Reader.Value?.self) { group in
                group.addTask {
                    let response = try await http.execute(sent, deadline: .distantFuture)
                    return try await answer(response, bound: bound, reader: reader)
                }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let value = first else {
                    throw EngineError(
                        .unavailable(retryAfter: nil), "no whole answer within \(timeout)",
                        status: nil, isTimeout: true)
                }
                return value
            }
        } catch let error as EngineError {
            try Task.checkCancellation()
            throw error
        } catch {
            try Task.checkCancellation()
            throw Self.failure(error)
        }
    }

    private func answer<Reader: BodyReader>(
        _ response: HTTPClientResponse, bound: Int, reader: Reader
    ) async throws -> Reader.Value {
        guard response.status == .ok else {
            throw EngineStatus.error(
                code: Int(response.status.code), reason: response.status.reasonPhrase,
                retryAfter: response.headers.first(name: "retry-after"),
                text: await excerpt(response.body))
        }
        let tooLarge = EngineError(
            .wrongAnswer, "the answer is larger than \(bound) bytes, which no right one is")
        if let text = response.headers.first(name: "content-length"), let length = Int(text),
            length > bound
        {
            throw tooLarge
        }
        var reader = reader
        var count = 0
        for try await buffer in response.body {
            count += buffer.readableBytes
            guard count <= bound else { throw tooLarge }
            try buffer.withUnsafeReadableBytes { try reader.consume($0) }
        }
        return try reader.finish()
    }

    /// The beginning of an error's body, without the key.
    private func excerpt(_ body: HTTPClientResponse.Body) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                bytes.append(contentsOf: buffer.readableBytesView.prefix(4096 - bytes.count))
                if bytes.count >= 4096 { break }
            }
        } catch {
            // The status says what is to be done; the text only explains it.
        }
        return EngineStatus.message(in: bytes) { key?.redacting($0) ?? $0 }
    }

    /// The system's words, where the system is why.
    private static func words(of error: any Error) -> String {
        switch error {
        case let error as IOError:
            return String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return words(of: first.error) }
            return "no address of \(error.host) is known"
        default:
            return "\(error)"
        }
    }

    private static func failure(_ error: any Error) -> EngineError {
        let text = "\(error)"
        let isCertificate =
            error is NIOSSLExtraError || text.contains("CERTIFICATE_VERIFY_FAILED")
        guard !isCertificate else {
            return EngineError(
                .refused, "the certificate cannot be verified: \(text)",
                hint: "name the file with your authority's certificate (ca)")
        }
        return EngineError(
            .unavailable(retryAfter: nil), "the connection failed: \(words(of: error))")
    }
}

/// Makes a value of an answer's bytes.
protocol BodyReader: Sendable {
    associatedtype Value: Sendable

    /// Reads the next piece.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(EngineError)
    /// The value, once all was read.
    mutating func finish() throws(EngineError) -> Value
}
