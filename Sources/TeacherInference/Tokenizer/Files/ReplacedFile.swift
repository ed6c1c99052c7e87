import Foundation

/// A file that is written as a whole or not at all.
enum ReplacedFile {
    /// Puts a file of `bytes` at `path`, over what stands there.
    ///
    /// It is written under another name in the same folder, synced and renamed, so that no reader
    /// and no power cut sees a part of it.
    ///
    /// - Throws: ``ModelError`` where the file system refuses.
    static func write(_ bytes: [UInt8], to path: String) throws(ModelError) {
        let folder =
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
        let temporary =
            folder + ".refinery.\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        let isWritten = put(bytes, descriptor) && fsync(descriptor) == 0
        let problem = isWritten ? nil : failure(path)
        close(descriptor)
        if let problem {
            unlink(temporary)
            throw problem
        }
        guard rename(temporary, path) == 0 else {
            let problem = failure(path)
            unlink(temporary)
            throw problem
        }
        let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                // SAFETY: no more bytes are written than the buffer has from `done` on.
                let count = Glibc.write(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func failure(_ path: String) -> ModelError {
        ModelError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
