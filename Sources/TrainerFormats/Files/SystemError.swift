import Foundation

/// System calls whose failure is an error with the file's path.
enum SystemError {
    /// The error for what the last system call said: `cannot write PATH: No space left`.
    static func last(_ what: String, _ path: String) -> TrainerFormatError {
        TrainerFormatError("\(what) \(path): \(String(cString: strerror(errno)))")
    }

    /// Writes every byte, however few the system takes at once.
    static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, _ path: String
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the slice lies within the buffer, which lives until this returns.
            let count = write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw last("cannot write", path)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Syncs a folder, so that the names in it last; a file system that cannot is let be.
    static func sync(folder path: String) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
