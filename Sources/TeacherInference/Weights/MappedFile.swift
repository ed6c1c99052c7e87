import Foundation

/// What tells one state of a file from another without reading it.
public struct FileIdentity: Sendable, Equatable {
    /// Path as the user named it.
    public var path: String
    /// Device number.
    public var device: UInt64
    /// Inode number.
    public var inode: UInt64
    /// Bytes.
    public var size: Int64
    /// Time of the last change, nanoseconds since 1970.
    public var modified: Int64
}

/// A whole file mapped read-only into memory for as long as the object lives.
///
/// The file must not be truncated while it is mapped: the kernel answers a read past the new end
/// with SIGBUS. Replace a model by renaming a new file over it.
final class MappedFile: Sendable {
    /// Path as the user named it, for messages.
    let path: String

    /// Which file this is, as far as the file system can tell.
    let identity: FileIdentity

    // SAFETY: never written after init; the mapping is read-only and lives until deinit.
    private nonisolated(unsafe) let base: UnsafeRawPointer?
    private let count: Int

    /// Maps `path`.
    ///
    /// - Throws: ``ModelError`` when it cannot be opened or is no regular file.
    init(path: String) throws(ModelError) {
        self.path = path
        let file = try RegularFile(path: path)
        let info = file.info
        count = Int(info.st_size)
        identity = FileIdentity(
            path: path, device: UInt64(info.st_dev), inode: UInt64(info.st_ino),
            size: Int64(info.st_size),
            modified: Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec))
        guard count > 0 else {
            base = nil
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0),
            address != MAP_FAILED
        else {
            throw ModelError("cannot map \(path): \(String(cString: strerror(errno)))")
        }
        base = UnsafeRawPointer(address)
        try RegularFile.refusePointer(bytes, path: path)
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The file's bytes, valid while `self` lives.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
