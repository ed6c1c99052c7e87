/// How an output is compressed; decided by its suffix.
public enum Compression: String, Sendable, Codable, CaseIterable {
    /// As it is.
    case none
    /// `.gz`.
    case gzip
    /// `.zst`.
    case zstd

    /// What a path's suffix asks for.
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

/// Why an output cannot be written.
public struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed, with the path.
    public var message: String

    /// The message.
    public var description: String { message }
}

/// A file that appears whole or not at all, compressed on the way and hashed.
///
/// Bytes go to a temporary file in the same folder, which takes the path at `finish`; `-` is
/// stdout. Without `finish` the temporary file is removed.
public final class OutputWriter {
    /// What was written.
    public struct Result: Sendable, Equatable {
        /// Bytes after compression.
        public var bytes: Int64
        /// SHA-256 of the bytes after compression, in hexadecimal.
        public var sha256: String
    }

    /// Where the output goes; `-` is stdout.
    public let path: String
    /// How it is compressed.
    public let compression: Compression

    /// Opens the temporary file; stdout is not compressed.
    public init(path: String) throws {
        self.path = path
        compression = Compression(path: path)
    }

    /// Writes bytes.
    public func write(_ bytes: [UInt8]) throws {}

    /// Ends the stream, syncs the file and puts it at its path, over what stood there.
    public func finish() throws -> Result { throw OutputError(message: "not written yet") }

    /// Removes the temporary file; does nothing after `finish`.
    public func discard() {}
}
