import Foundation
import Testing

@testable import refineryd

struct SystemdNotifierTests {
    /// A datagram socket bound to `address` as `NOTIFY_SOCKET` spells it.
    private func listen(at address: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        if address.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = 2 + bytes.count + (address.hasPrefix("@") ? 0 : 1)
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(length))
            }
        }
        #expect(result == 0)
        return descriptor
    }

    private func receive(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1000)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test(arguments: [false, true])
    func `messages reach the socket that the environment names`(abstract: Bool) throws {
        let folder = try TemporaryFolder()
        let address = abstract ? "@rd-\(UUID().uuidString)" : folder.path("n.sock")
        let descriptor = listen(at: address)
        defer { close(descriptor) }
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": address])
        notifier.ready()
        #expect(receive(descriptor) == "READY=1")
        notifier.status("two\nlines")
        #expect(receive(descriptor) == "STATUS=two lines")
        notifier.stopping()
        #expect(receive(descriptor) == "STOPPING=1")
    }

    @Test func `without a socket nothing happens`() {
        #expect(!SystemdNotifier(environment: [:]).isActive)
        #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": "relative"]).isActive)
        SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/x"]).ready()
    }
}
