import Foundation

@testable import refineryd

/// An HTTP client as plain as they come: one request a connection over a Unix socket.
struct UnixClient {
    struct Answer {
        var status: Int
        var body: String
    }

    let socket: String

    /// Sends a request and reads the whole answer.
    func send(_ method: String, _ path: String, body: String = "") async throws -> Answer {
        try await raw(
            "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Sends bytes as they are; with `hangsUp` closes at once, without reading the answer, and with
    /// `endsSending` says that no more will come.
    func raw(
        _ request: String, hangsUp: Bool = false, endsSending: Bool = false
    ) async throws -> Answer {
        let socket = socket
        return try await BlockingThreads().slot().run {
            let descriptor = UnixClient.connect(socket)
            defer { close(descriptor) }
            let bytes = Array(request.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = Foundation.send(
                    descriptor, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
                if count <= 0 { break }
                sent += count
            }
            if endsSending { shutdown(descriptor, Int32(SHUT_WR)) }
            if hangsUp { return Answer(status: 0, body: "") }
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { break }
                answer += buffer[..<count]
            }
            return UnixClient.parse(String(decoding: answer, as: UTF8.self))
        }
    }

    private static func connect(_ path: String) -> Int32 {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(
                    descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return descriptor
    }

    private static func parse(_ text: String) -> Answer {
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let end = text.range(of: "\r\n\r\n")?.upperBound ?? text.endIndex
        return Answer(status: status, body: String(text[end...]))
    }
}
