import Foundation

/// The exclusive lock of a store: one process at a time opens a store to write.
///
/// Two advisory `flock`s, which end with their process however that ends. One is on the store's
/// file itself, so that the same file is locked under every name that it has. The other is on
/// `<store>.lock` beside the file that the path leads to; it stays, and holds the pid of the last
/// holder. Take the lock before the store is opened, and give it up after the store is closed:
/// closing any descriptor of a file ends SQLite's own locks on it.
public final class InstanceLock: Sendable {
    /// The lock file beside the store.
    public let path: String

    private let descriptor: Int32
    private let store: Int32

    /// Takes the lock, or refuses naming the holder's pid; makes an empty store where none is.
    ///
    /// - Throws: `RefineryError` of kind `refused` where another process holds it, `unusable` where
    ///   the files cannot be opened, or where the store's file has several names.
    public init(store name: String) throws {
        try FileSystem.refuseNetwork(path: name)
        try Store.makeFile(name)
        let target = try FileSystem.resolved(store: name)
        path = target + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            throw RefineryError(
                .unusable, "cannot open the lock file \(path): \(String(cString: strerror(errno)))",
                hint: "the folder of the store must exist and be writable for this user")
        }
        var store: Int32 = -1
        do {
            try InstanceLock.lock(descriptor, of: name) { InstanceLock.holder(in: descriptor) }
            // A device or a pipe is not opened: SQLite says what it is.
            store = open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard store >= 0 else {
                throw RefineryError(
                    .unusable, "cannot open store \(name): \(String(cString: strerror(errno)))",
                    hint: "the user needs to read and write the file and its folder")
            }
            try InstanceLock.lock(store, of: name) {
                InstanceLock.inode(store).flatMap(FileLocks.flockHolder)
            }
            try InstanceLock.refuseSeveralNames(store, name)
            let line = Array("\(getpid())\n".utf8)
            // On a full disk the lock holds all the same: only its holder cannot be named.
            guard ftruncate(descriptor, 0) == 0,
                pwrite(descriptor, line, line.count, 0) == line.count || errno == ENOSPC
                    || errno == EDQUOT
            else {
                let reason = String(cString: strerror(errno))
                throw RefineryError(.unusable, "cannot write \(path): \(reason)")
            }
        } catch {
            close(descriptor)
            if store >= 0 { close(store) }
            throw error
        }
        self.descriptor = descriptor
        self.store = store
    }

    deinit {
        close(store)
        close(descriptor)
    }

    private static func lock(
        _ descriptor: Int32, of store: String, holder: () -> Int32?
    ) throws {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
        let reason = errno
        guard reason == EWOULDBLOCK else {
            throw RefineryError(
                .unusable, "cannot lock store \(store): \(String(cString: strerror(reason)))",
                hint: "the store must lie on a local file system")
        }
        let name = holder().map { "process \($0)" } ?? "another process"
        throw RefineryError(
            .refused, "the store \(store) is in use by \(name)",
            hint: "stop it first, or name another store with --store")
    }

    /// SQLite keeps what is not in the file yet in `<name>-wal`: under another name it is lost.
    private static func refuseSeveralNames(_ descriptor: Int32, _ name: String) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_nlink > 1
        else { return }
        throw RefineryError(
            .unusable,
            "store \(name) has \(status.st_nlink) names (hard links): SQLite keeps the newest rows "
                + "beside one of them, and they would be lost under another",
            hint:
                "remove the other names (find DISK -xdev -inum \(status.st_ino)), or copy the file")
    }

    /// The pid written in the lock file, if it reads as one.
    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func inode(_ descriptor: Int32) -> UInt64? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : nil
    }
}
