/// How a file is compressed; decided by its suffix.
public enum Compression: String, Sendable, Codable, CaseIterable {
    /// As it is.
    case none
    /// `.gz`.
    case gzip
    /// `.zst`.
    case zstd
    /// `.xz`, which is read and not written.
    case xz
    /// `.bz2`, which is read and not written.
    case bzip2

    /// The suffixes of compressed files.
    static let suffixes: [(suffix: String, Compression)] = [
        (".gz", .gzip), (".zst", .zstd), (".xz", .xz), (".bz2", .bzip2),
    ]

    /// What a path's suffix asks for; stdout (`-`) is not compressed.
    public init(path: String) {
        self = Self.suffixes.first { path.hasSuffix($0.suffix) }?.1 ?? .none
    }
}
