import Crypto
import Foundation
import TrainerFormats

/// A file that appears whole or not at all, compressed on the way and hashed.
///
/// Bytes go to a temporary file in the same folder, which takes the path at `finish`; `-` is
/// stdout. Without `finish` the temporary file is removed. A path that is a pipe or a device
/// (`/dev/stdout`) is written to directly. A symbolic link stays: the file that it leads to is
/// replaced.
public final class OutputWriter {
    /// What was written.
    public struct Result: Sendable, Equatable {
        /// Bytes after compression.
        public var bytes: Int64
        /// SHA-256 of the bytes after compression, in hexadecimal.
        public var sha256: String
    }

    /// Where the output goes; `-` is stdout.
    public let path: String
    /// How it is compressed.
    public let compression: Compression

    private var descriptor: CInt
    private let temporary: String?
    private let target: String
    private let compressor: Compressor
    private var hash = SHA256()
    private var written: Int64 = 0
    private var waiting: [UInt8] = []
    private static let blockSize = 1 << 17

    /// Opens the temporary file; the path's suffix decides the compression where none is named.
    public init(path: String, compression named: Compression? = nil) throws {
        self.path = path
        compression = named ?? Compression(path: path)
        compressor = try Compressor(compression)
        target = FileSystem.followingLinks(path)
        if path == "-" {
            temporary = nil
            descriptor = dup(STDOUT_FILENO)
        } else if try OutputWriter.isStream(path) {
            temporary = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            // Short, so that every name that the file system takes can be written.
            let name = FilePath.path(
                of: ".refinery.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp",
                beside: target)
            temporary = name
            descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        }
        if descriptor < 0 { throw OutputWriter.error("cannot write", path) }
    }

    deinit { discard() }

    /// Writes bytes.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Writes bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        waiting.append(contentsOf: bytes)
        if waiting.count >= OutputWriter.blockSize { try flush(isLast: false) }
    }

    /// Ends the stream, syncs the file and puts it at its path, over what stood there.
    public func finish() throws -> Result {
        try flush(isLast: true)
        if let temporary {
            guard fsync(descriptor) == 0 else { throw OutputWriter.error("cannot sync", path) }
            guard rename(temporary, target) == 0 else {
                throw OutputWriter.error("cannot put the output at", path)
            }
            let folder = open(
                URL(fileURLWithPath: target).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
            if folder >= 0 {
                fsync(folder)
                close(folder)
            }
        }
        close(descriptor)
        descriptor = -1
        let digest = hash.finalize()
        return Result(bytes: written, sha256: Hex.string(digest))
    }

    /// Removes the temporary file; does nothing after `finish`.
    public func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        if let temporary { unlink(temporary) }
    }

    private func flush(isLast: Bool) throws {
        guard descriptor >= 0 else { throw RefineryError(.output, "output \(path) is closed") }
        // Empty even where writing fails, so that nothing is written twice.
        var bytes: [UInt8] = []
        swap(&bytes, &waiting)
        try bytes.withUnsafeBytes { bytes in
            try compressor.compress(bytes, isLast: isLast) { try put($0) }
        }
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &waiting)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bufferPointer: bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the slice lies within the buffer, which lives until this returns.
            let count = Foundation.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw OutputWriter.error("cannot write", path)
            }
            rest = rest.dropFirst(count)
        }
        written += Int64(bytes.count)
    }

    /// Whether the path is a pipe or a device; a folder is refused.
    public static func isStream(_ path: String) throws -> Bool {
        var info = stat()
        guard stat(path, &info) == 0 else { return false }
        let kind = info.st_mode & S_IFMT
        if kind == S_IFDIR { throw RefineryError(.output, "cannot write \(path): it is a folder") }
        return kind != S_IFREG
    }

    private static func error(_ what: String, _ path: String) -> RefineryError {
        RefineryError(.output, "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
