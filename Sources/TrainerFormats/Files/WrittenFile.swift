/// A file that was written: its name, size and hash.
public struct WrittenFile: Sendable, Equatable {
    /// The name without its folder.
    public var name: String
    /// Size in bytes.
    public var bytes: Int64
    /// SHA-256 of the bytes, in hexadecimal.
    public var sha256: String

    /// A file of the given parts.
    public init(name: String, bytes: Int64, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }
}
