/// How an output is compressed; decided by its suffix.
public enum Compression: String, Sendable, Codable, CaseIterable {
    /// As it is.
    case none
    /// `.gz`.
    case gzip
    /// `.zst`.
    case zstd

    /// What a path's suffix asks for; stdout (`-`) is not compressed.
    public init(path: String) {
        if path.hasSuffix(".gz") {
            self = .gzip
        } else if path.hasSuffix(".zst") {
            self = .zstd
        } else {
            self = .none
        }
    }
}
