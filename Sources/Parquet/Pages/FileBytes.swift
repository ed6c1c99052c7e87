import Glibc

/// A file that is read at any offset.
///
/// It is read, not mapped: a mapped file that another program cuts short ends the process.
final class FileBytes: Sendable {
    /// Bytes that the file had when it was opened.
    let size: Int

    private let descriptor: CInt

    /// Opens a regular file at `path`, which errors call `name`.
    init(path: String, name: String) throws(ParquetError) {
        let place = ParquetPlace(path: name)
        // A pipe that nobody writes to would not open otherwise.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ParquetError("cannot open it: \(String(cString: strerror(errno)))", place: place)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ParquetError(
                "it is not a file", hint: "Parquet is read from its end: a pipe cannot hold it",
                place: place)
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads `count` bytes at `offset` to `target`.
    func read(
        _ count: Int, at offset: Int, to target: UnsafeMutableRawPointer
    ) throws(ParquetError) {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw ParquetError(
                "\(count) bytes at offset \(offset) are beyond the file's \(size)",
                hint: ParquetError.truncated)
        }
        var done = 0
        while done < count {
            // SAFETY: the caller's memory has room for `count` bytes.
            let got = pread(descriptor, target + done, count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                let reason = got < 0 ? String(cString: strerror(errno)) : "it was cut short"
                throw ParquetError(
                    "cannot read at offset \(offset + done): \(reason)",
                    hint: "look after the disk or the network, or whoever writes the file")
            }
            done += got
        }
    }
}
