import Foundation

/// A connection to the daemon's socket that sends what it is told, and reads when it is told.
final class RawClient: Sendable {
    private let descriptor: Int32

    /// Connects; the daemon may hang up at any time.
    init(_ path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Asks for something and reads nothing of it.
    convenience init(_ path: String, get target: String) {
        self.init(path)
        send("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    /// Begins an upload of which no more than these bytes come.
    convenience init(_ path: String, upload body: String, to target: String) {
        self.init(path)
        send("POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body)
    }

    /// Sends all of it; false where the daemon has hung up.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Waits for a minute until the daemon hangs up, without reading; false where it does not.
    func isHungUp() async throws -> Bool {
        for _ in 0..<600 {
            var look = pollfd(fd: descriptor, events: 0x2000, revents: 0)  // POLLRDHUP
            if poll(&look, 1, 0) > 0 { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// What arrives until the daemon hangs up; nil where it does not within `seconds`.
    ///
    /// It waits without a thread, which other tests share.
    func readToEnd(seconds: Double = 120) async throws -> String? {
        let end = Date() + seconds
        var all: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&look, 1, 0) > 0 else {
                guard Date() < end else { return nil }
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += bytes[..<count]
        }
    }

    deinit { close(descriptor) }
}
