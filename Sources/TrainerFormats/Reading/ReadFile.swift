import Foundation

/// A file that is read from its start in pieces.
final class ReadFile {
    /// Its path.
    let path: String
    /// Its size in bytes when it was opened.
    let size: Int64
    private let descriptor: CInt

    /// Opens a regular file.
    init(path: String) throws {
        self.path = path
        // A pipe would block here for ever.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemError.last("cannot read", path) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw TrainerFormatError("cannot read \(path): it is no regular file")
        }
        size = Int64(info.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset` on; fewer at the file's end alone.
    func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // SAFETY: `count - filled` bytes are left of the buffer behind `filled`.
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
                    off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { throw SystemError.last("cannot read", path) }
                if got == 0 { break }
                filled += got
            }
        }
    }

    /// Hands over all bytes in order, in pieces of a multiple of 8 bytes but for the last.
    func forEachPiece(
        from start: Int64 = 0, count: Int64 = .max, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var offset = start
        var left = count
        while left > 0 {
            let piece = try bytes(at: offset, count: Int(min(left, 1 << 20)))
            guard !piece.isEmpty else { return }
            try piece.withUnsafeBytes(body)
            offset += Int64(piece.count)
            left -= Int64(piece.count)
        }
    }

    /// SHA-256 of all bytes, in hexadecimal; `told` hears how many bytes were read further.
    func sha256(told: (Int) -> Void = { _ in }) throws -> String {
        var hash = SHA256Text.Stream()
        try forEachPiece {
            hash.update($0)
            told($0.count)
        }
        return hash.finish()
    }
}
