/// Size and hash of a file as it lies there.
public struct FileDigest: Sendable, Equatable {
    /// Size in bytes.
    public let bytes: Int64
    /// SHA-256 of the bytes, in hexadecimal.
    public let sha256: String

    /// Reads the file at `path`.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that is not there or cannot be read.
    public init(path: String) throws {
        let file = try ReadFile(path: path)
        bytes = file.size
        sha256 = try file.sha256()
    }
}
