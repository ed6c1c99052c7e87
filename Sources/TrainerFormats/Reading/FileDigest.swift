/// Size and hash of a file as it lies there.
public struct FileDigest: Sendable, Equatable {
    /// Size in bytes.
    public let bytes: Int64
    /// SHA-256 of the bytes, in hexadecimal.
    public let sha256: String

    /// Reads the file at `path`; `told` hears how many bytes were read further.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that is not there or cannot be read.
    public init(path: String, told: (Int) -> Void = { _ in }) throws {
        let file = try ReadFile(path: path)
        bytes = file.size
        sha256 = try file.sha256(told: told)
    }

    /// The size of the file at `path` in bytes.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that is not there or cannot be read.
    public static func size(path: String) throws -> Int64 { try ReadFile(path: path).size }

    /// Hands over the bytes of the file at `path`, in order.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that cannot be read; what `body` throws.
    public static func forEachPiece(
        of path: String, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try ReadFile(path: path).forEachPiece(body)
    }
}
