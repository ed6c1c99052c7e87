import Foundation

@testable import refineryd

/// An HTTP client as plain as they come: one request a connection over TCP to this machine.
struct PortClient {
    struct Answer {
        var status: Int
        /// By name in small letters.
        var headers: [String: String]
        var body: String
    }

    let port: Int

    func get(
        _ path: String, host: String = "localhost", authorization: String? = nil
    ) async throws -> Answer {
        try await send("GET", path, host: host, authorization: authorization)
    }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String, _ path: String, host: String = "localhost", authorization: String? = nil
    ) async throws -> Answer {
        let key = authorization.map { "Authorization: \($0)\r\n" } ?? ""
        let text = try await exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(key)"
                + "Content-Length: 0\r\n\r\n"
        ) { _ in false }
        let parts = text.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
                .trimmingCharacters(in: .whitespaces)
        }
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(
            status: status, headers: headers,
            body: parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    /// Reads an answer without an end, until `isEnough` of it is there; then hangs up.
    func stream(
        _ path: String, _ isEnough: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        try await exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n", isEnough)
    }

    private func exchange(
        _ request: String, _ isEnough: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let port = port
        return try await BlockingThreads().slot().run {
            let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = UInt16(port).bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            _ = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.connect(
                        descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            let bytes = Array(request.utf8)
            _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { break }
                answer += buffer[..<count]
                if isEnough(String(decoding: answer, as: UTF8.self)) { break }
            }
            return String(decoding: answer, as: UTF8.self)
        }
    }
}
