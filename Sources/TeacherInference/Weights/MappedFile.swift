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
    /// Time of the last write, nanoseconds since 1970; whoever may write can also set it back.
    public var modified: Int64
    /// Time of the last write or change of mode, owner, links or ``modified``, nanoseconds since
    /// 1970.
    public var changed: Int64

    /// An identity of these values.
    public init(
        path: String, device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64
    ) {
        self.path = path
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// The identity of the file that `info` is of.
    init(path: String, _ info: stat) {
        self.init(
            path: path, device: UInt64(info.st_dev), inode: UInt64(info.st_ino),
            size: Int64(info.st_size), modified: Self.nanoseconds(info.st_mtim),
            changed: Self.nanoseconds(info.st_ctim))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        // An untrusted file system may say any time; only equality counts.
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// A whole file mapped read-only into memory for as long as the object lives.
///
/// The mapping shows what others write into the file: ``currentIdentity()`` tells whether somebody
/// did. A file that is cut short has pages that can no longer be read; ``CutFiles`` says so when that
/// happens. A new file that is renamed over it changes nothing here.
final class MappedFile: Sendable {
    /// Path as the user named it, for messages.
    let path: String

    /// The file as it was when it was mapped.
    let identity: FileIdentity

    /// Kept open, so that a file of the same name is not taken for it.
    private let file: RegularFile

    // SAFETY: never written after init; the mapping is read-only and lives until deinit.
    private nonisolated(unsafe) let base: UnsafeRawPointer?
    private let count: Int
    private let entry: Int32

    /// Maps `path`.
    ///
    /// - Throws: ``ModelError`` when it cannot be opened or is no regular file.
    init(path: String) throws(ModelError) {
        self.path = path
        file = try RegularFile(path: path)
        identity = FileIdentity(path: path, file.info)
        count = Int(file.info.st_size)
        guard count > 0 else {
            base = nil
            entry = -1
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0),
            address != MAP_FAILED
        else {
            throw ModelError("cannot map \(path): \(String(cString: strerror(errno)))")
        }
        base = UnsafeRawPointer(address)
        entry = CutFiles.remember(UnsafeRawBufferPointer(start: base, count: count), path: path)
        try RegularFile.refusePointer(bytes, path: path)
    }

    deinit {
        CutFiles.forget(entry)
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The file's bytes, valid while `self` lives.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// The file as it is now.
    ///
    /// On a network file system as old as its cache of attributes, often a few seconds.
    ///
    /// - Throws: ``ModelError`` when the file system cannot say.
    func currentIdentity() throws(ModelError) -> FileIdentity {
        var info = stat()
        guard fstat(file.descriptor, &info) == 0 else {
            throw ModelError("cannot look at \(path): \(String(cString: strerror(errno)))")
        }
        return FileIdentity(path: path, info)
    }
}
