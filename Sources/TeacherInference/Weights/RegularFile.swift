import Foundation

/// An open file of a model, checked to be one that ends.
///
/// A model's folder is untrusted: a named pipe in it would be waited for, and a link to a device
/// would be read for ever.
struct RegularFile: ~Copyable {
    /// Path as the user named it, for messages.
    let path: String

    /// The open file.
    let descriptor: Int32

    /// What the file system says of it.
    let info: stat

    /// Opens `path` for reading.
    ///
    /// - Throws: ``ModelError`` when it cannot be opened or is no regular file.
    init(path: String) throws(ModelError) {
        self.path = path
        // Without O_NONBLOCK a named pipe would be waited for.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var info = stat()
        let isRegular =
            descriptor >= 0 && fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
        self.info = info
        guard descriptor >= 0 else {
            throw ModelError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard isRegular else { throw ModelError("cannot read \(path): not a regular file") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The bytes of the file at `path`; nil where there is none.
    ///
    /// - Throws: ``ModelError`` when it is there and cannot be read, is no regular file, or has more
    ///   bytes than `limit`.
    static func bytes(
        ifThere path: String, atMost limit: Int = .max
    ) throws(ModelError) -> [UInt8]? {
        var info = stat()
        guard lstat(path, &info) == 0 || errno != ENOENT else { return nil }
        let file = try RegularFile(path: path)
        guard file.info.st_size <= limit else {
            throw ModelError(
                "cannot read \(path): it has \(file.info.st_size) bytes, expected at most \(limit)")
        }
        return try file.read()
    }

    /// All of its bytes: as many as it had when it was opened, or fewer if it was cut meanwhile.
    func read() throws(ModelError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { buffer, count in
            while count < buffer.count {
                // SAFETY: `count` bytes of the buffer are filled, and no more than the rest asked for.
                let got = Glibc.read(
                    descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                count += got
            }
        }
        guard failure == 0 else {
            throw ModelError("cannot read \(path): \(String(cString: strerror(failure)))")
        }
        try Self.refusePointer(bytes, path: path)
        return bytes
    }

    /// Refuses what git-LFS leaves in the place of a file that was not brought.
    static func refusePointer(
        _ bytes: some Collection<UInt8>, path: String
    ) throws(ModelError) {
        guard bytes.starts(with: "version https://git-lfs".utf8) else { return }
        throw ModelError(
            "\(path) is a git-LFS pointer, \(bytes.count) bytes in the place of the file itself",
            hint: "run git lfs pull in its folder, or download the file again")
    }
}
