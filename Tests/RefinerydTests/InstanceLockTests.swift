import Foundation
import Refinery
import Testing

struct InstanceLockTests {
    /// The lock of a store that nobody holds.
    ///
    /// A program that another test starts holds what is open here between its fork and exec.
    private func freeLock(_ store: String) throws -> InstanceLock {
        for _ in 0..<200 {
            do {
                return try InstanceLock(store: store)
            } catch let error as RefineryError where error.message.contains("in use by") {
                usleep(10_000)
            }
        }
        return try InstanceLock(store: store)
    }

    @Test func `a second holder is refused and told the pid of the first`() throws {
        let folder = try TemporaryFolder()
        let first = try InstanceLock(store: folder.path("s.db"))
        let error = #expect(throws: RefineryError.self) {
            try InstanceLock(store: folder.path("s.db"))
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("process \(getpid())") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `the lock is free again once its holder is gone`() throws {
        let folder = try TemporaryFolder()
        do { _ = try InstanceLock(store: folder.path("s.db")) }
        _ = try freeLock(folder.path("s.db"))
    }

    @Test func `a missing folder is an error that names the file`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: RefineryError.self) {
            try InstanceLock(store: folder.path("no/s.db"))
        }
        #expect(error?.message.contains(folder.path("no")) == true)
    }

    @Test func `a store is locked through every symbolic link to it`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.db"), withDestinationPath: "s.db")
        let first = try InstanceLock(store: folder.path("link.db"))
        #expect(FileManager.default.fileExists(atPath: folder.path("s.db")))
        let error = #expect(throws: RefineryError.self) {
            try InstanceLock(store: folder.path("s.db"))
        }
        #expect(error?.message.contains("in use by process \(getpid())") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `a hard link to a locked store is refused, and one to a free store too`() throws {
        let folder = try TemporaryFolder()
        var first: InstanceLock? = try InstanceLock(store: folder.path("s.db"))
        #expect(link(folder.path("s.db"), folder.path("other.db")) == 0)
        let held = #expect(throws: RefineryError.self) {
            try InstanceLock(store: folder.path("other.db"))
        }
        #expect(held?.kind == .refused)
        #expect(held?.message.contains("in use by") == true)
        withExtendedLifetime(first) {}
        first = nil
        let free = #expect(throws: RefineryError.self) {
            try freeLock(folder.path("other.db"))
        }
        #expect(free?.message.contains("2 names") == true, "\(free?.message ?? "no error")")
    }
}
