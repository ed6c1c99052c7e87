import Foundation

/// The exclusive lock beside a store: one process at a time opens a store to write.
///
/// An advisory `flock` on `<store>.lock`, so it ends with its process however that ends. The file
/// stays and holds the pid of the last holder. Take it before the store is opened and before a
/// socket is bound, since binding replaces the socket file of a daemon that is alive.
public final class InstanceLock: Sendable {
    /// The lock file.
    public let path: String

    private let descriptor: Int32

    /// Takes the lock, or refuses naming the holder's pid.
    ///
    /// - Throws: `StoreError` of kind `refused` where another process holds it, `unusable` where
    ///   the file cannot be opened.
    public init(store: String) throws {
        path = store + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            throw StoreError(
                .unusable, "cannot open the lock file \(path): \(String(cString: strerror(errno)))",
                hint: "the folder of the store must exist and be writable for this user")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = InstanceLock.holder(in: descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw StoreError(
                    .unusable, "cannot lock \(path): \(String(cString: strerror(reason)))",
                    hint: "the store must lie on a local file system")
            }
            let name = holder.map { "process \($0)" } ?? "another process"
            throw StoreError(
                .refused, "the store \(store) is in use by \(name)",
                hint: "stop it first, or name another store with --store")
        }
        self.descriptor = descriptor
        let line = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, line, line.count, 0) == line.count
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw StoreError(.unusable, "cannot write \(path): \(reason)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// The pid written in the lock file, if it reads as one.
    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
