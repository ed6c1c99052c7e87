import Foundation

/// Reads a file or stdin in pieces, off Swift's cooperative threads.
final class FileReader: Sendable {
    /// The path; `-` is stdin.
    let path: String
    /// Bytes in the file; nil for what has no size, such as stdin.
    let size: Int64?

    private let descriptor: Int32

    /// Opens `path`.
    init(path: String) throws {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        size = Self.size(of: descriptor)
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// Bytes of the regular file at `path`; nil where it is none.
    static func size(path: String) -> Int64? {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(info.st_size)
    }

    private static func size(of descriptor: Int32) -> Int64? {
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(info.st_size)
    }

    /// The next bytes, at most `count`; empty at the end.
    ///
    /// Blocks.
    ///
    /// - Throws: a `Failure` for what cannot be read; `CancellationError` once `isCancelled`.
    func read(_ count: Int, isCancelled: () -> Bool = { false }) throws -> [UInt8] {
        while true {
            if isCancelled() { throw CancellationError() }
            // A read of a terminal or a pipe cannot be called off, so wait in short spells.
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if size == nil, poll(&wait, 1, 200) == 0 { continue }
            var bytes = [UInt8](repeating: 0, count: count)
            let got = Foundation.read(descriptor, &bytes, count)
            if got >= 0 {
                bytes.removeSubrange(got...)
                return bytes
            }
            if errno != EINTR && errno != EAGAIN {
                throw Failure("cannot read \(path): \(String(cString: strerror(errno)))")
            }
        }
    }
}
