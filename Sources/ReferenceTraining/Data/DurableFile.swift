import Crypto
import Foundation

/// A file that is there whole or not at all: written under a temporary name, brought to the disk, and
/// renamed.
///
/// The temporary name is the path with `.part` behind it; whoever begins anew overwrites it.
public struct DurableFile: ~Copyable {
    /// Puts a file of `bytes` at `path`, over what is there.
    ///
    /// - Throws: ``TrainingError`` where the disk takes no more; the file is then as it was.
    public static func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
        var file = try DurableFile(path: path)
        try file.append(bytes)
        try file.commit()
    }

    private let path: String
    private var descriptor: Int32
    private var hash = SHA256()

    /// Opens the temporary file of `path`.
    ///
    /// - Throws: ``TrainingError`` where it cannot be made.
    init(path: String) throws(TrainingError) {
        self.path = path
        descriptor = open(path + ".part", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("write", path + ".part") }
    }

    deinit {
        // Not committed: what is there is of no use.
        if descriptor >= 0 {
            close(descriptor)
            unlink(path + ".part")
        }
    }

    /// SHA-256 of what was appended so far, with `bytes` behind it.
    func digest(with bytes: [UInt8] = []) -> [UInt8] {
        var hash = hash
        hash.update(data: bytes)
        return Array(hash.finalize())
    }

    /// Lets the digest begin with what is appended from now on.
    mutating func restartDigest() { hash = SHA256() }

    /// Puts `bytes` behind what was appended before.
    ///
    /// - Throws: ``TrainingError`` where the disk takes no more.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(TrainingError) {
        hash.update(bufferPointer: bytes)
        guard Self.write(bytes, to: descriptor) else { throw Self.failure("write", path + ".part") }
    }

    /// As ``append(_:)``, for the bytes of numbers as they lie in memory.
    mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) throws(TrainingError) {
        let isWritten = numbers.withUnsafeBytes { raw in
            hash.update(bufferPointer: raw)
            return Self.write(raw, to: descriptor)
        }
        guard isWritten else { throw Self.failure("write", path + ".part") }
    }

    /// Whether all bytes were written; if not, `errno` says why.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    /// Writes `bytes` over those at `offset`, which the digest does not see.
    ///
    /// - Throws: ``TrainingError`` where the disk does not take them.
    mutating func overwrite(_ bytes: [UInt8], at offset: Int) throws(TrainingError) {
        guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw Self.failure("write", path + ".part")
        }
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Throws: ``TrainingError``; the file of that name is then as it was.
    consuming func commit() throws(TrainingError) {
        guard fsync(descriptor) == 0 else { throw Self.failure("write", path + ".part") }
        close(descriptor)
        descriptor = -1
        guard rename(path + ".part", path) == 0 else { throw Self.failure("rename", path) }
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "."
        // A folder that cannot be brought to the disk, as on some network file systems, is no reason
        // to lose a file that is whole.
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// The error of the last system call, which was to do `what` with the file at `path`.
    static func failure(_ what: String, _ path: String) -> TrainingError {
        let reason = errno
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(reason)
        return TrainingError(
            "cannot \(what) \(path): \(String(cString: strerror(reason)))",
            hint: isFull ? "make room on its disk; the same command goes on" : nil)
    }
}
