import Foundation

/// Tells systemd how the service is doing: sd_notify(3), spoken by hand.
///
/// Datagrams go to the socket named by `NOTIFY_SOCKET`; without it nothing is sent.
struct SystemdNotifier: Sendable {
    private let address: [UInt8]?

    /// A notifier for the socket that the environment names; a leading `@` means an abstract one.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard let path = environment["NOTIFY_SOCKET"], let first = path.utf8.first,
            first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
            path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else {
            address = nil
            return
        }
        var bytes = Array(path.utf8)
        if first == UInt8(ascii: "@") { bytes[0] = 0 }
        address = bytes
    }

    /// Whether anybody listens.
    var isActive: Bool { address != nil }

    /// The socket answers.
    func ready() { send("READY=1") }

    /// The service is about to end.
    func stopping() { send("STOPPING=1") }

    /// One line for `systemctl status`.
    func status(_ line: String) {
        send("STATUS=" + line.replacingOccurrences(of: "\n", with: " "))
    }

    /// Sends one message; failures are of no consequence to the service and are dropped.
    private func send(_ message: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        let offset = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2
        // An abstract name is as long as the address says; a path ends with its NUL.
        let length = offset + address.count + (address[0] == 0 ? 0 : 1)
        let bytes = Array(message.utf8)
        // SAFETY: `name` is a sockaddr_un, and `length` is within it (address.count < sun_path).
        _ = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0,
                    socklen_t(length))
            }
        }
    }
}
