import Foundation
import Logging
import Refinery
import Testing

@testable import refineryd

/// What the daemon does with what it finds at its socket's path.
struct SocketFileTests {
    private func socket(_ path: String) -> SocketFile {
        SocketFile(path: path, group: "", logger: Logger(label: "test"))
    }

    /// A bound socket; it listens only if told to.
    private func bind(_ path: String, listens: Bool) throws -> CInt {
        let descriptor = Foundation.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        if listens { try #require(listen(descriptor, 4) == 0) }
        return descriptor
    }

    @Test func `a regular file at the socket's path is refused, named and left as it is`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("precious")
        try "rows".write(toFile: path, atomically: true, encoding: .utf8)
        let file = socket(path)
        let error = #expect(throws: DaemonError.self) { try file.claim() }
        #expect(error?.message.contains("\(path): it is a regular file, not a socket") == true)
        file.remove()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "rows")
    }

    @Test func `a symbolic link at the socket's path is refused`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: "target")
        #expect(throws: DaemonError.self) { try socket(folder.path("link")).claim() }
    }

    @Test func `a socket that a process listens on is refused, naming the process`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let live = try bind(path, listens: true)
        defer { close(live) }
        let file = socket(path)
        let error = #expect(throws: DaemonError.self) { try file.claim() }
        #expect(error?.message.contains("process \(getpid()) is listening there") == true)
        file.remove()
        #expect(FileID(path: path) != nil)
    }

    @Test func `a socket whose process is gone is replaced, and one's own removed`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        close(try bind(path, listens: true))
        let file = socket(path)
        try file.claim()
        #expect(FileID(path: path) == nil)
        let own = try bind(path, listens: true)
        defer { close(own) }
        file.open()
        file.remove()
        #expect(FileID(path: path) == nil)
    }

    @Test func `a socket that another process has put in place of one's own stays`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let file = socket(path)
        try file.claim()
        let own = try bind(path, listens: true)
        defer { close(own) }
        file.open()
        // Renamed over, so that the inode cannot be used again.
        let other = try bind(path + ".new", listens: true)
        defer { close(other) }
        try #require(rename(path + ".new", path) == 0)
        file.remove()
        #expect(FileID(path: path) != nil)
    }

    @Test func `a path that no socket can have is refused by its length`() throws {
        let folder = try TemporaryFolder()
        let long = folder.path(String(repeating: "x", count: 120))
        let error = #expect(throws: DaemonError.self) { try socket(long).claim() }
        #expect(error?.message.contains("at most 107") == true)
    }
}
