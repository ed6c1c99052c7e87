import Foundation
import Refinery
import Testing

struct InstanceLockTests {
    @Test func `a second holder is refused and told the pid of the first`() throws {
        let folder = try TemporaryFolder()
        let first = try InstanceLock(store: folder.path("s.db"))
        let error = #expect(throws: StoreError.self) {
            try InstanceLock(store: folder.path("s.db"))
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("process \(getpid())") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `the lock is free again once its holder is gone`() throws {
        let folder = try TemporaryFolder()
        do { _ = try InstanceLock(store: folder.path("s.db")) }
        _ = try InstanceLock(store: folder.path("s.db"))
    }

    @Test func `a missing folder is an error that names the file`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) {
            try InstanceLock(store: folder.path("no/s.db"))
        }
        #expect(error?.message.contains(folder.path("no/s.db.lock")) == true)
    }
}
