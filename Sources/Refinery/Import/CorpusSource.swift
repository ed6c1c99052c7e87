import Glibc

/// One file of a corpus as a user named it, or found in a folder that a user named.
public struct CorpusSource: Sendable, Equatable {
    /// The suffixes that are taken, for people.
    public static let accepted =
        ".jsonl, .ndjson or .json (also .gz, .zst, .xz and .bz2), .parquet, or .txt"

    /// The path to open; `-` is stdin.
    public var path: String
    /// The name that documents without an id are named after: the path as named, inside a folder
    /// the path relative to it.
    public var displayName: String
    /// What it holds.
    public var format: Importer.Format
    /// How it is compressed.
    public var compression: Compression
    /// Whether it is a Parquet file, which is read as lines of JSONL.
    public var isParquet = false

    /// Whether it is stdin.
    public var isStandardInput: Bool { path == "-" }

    /// A source at `path`; nil if its suffix is none of `accepted`.
    public init?(path: String, displayName: String) {
        func ends(_ suffix: String) -> Bool {
            path.utf8.reversed().starts(with: suffix.utf8.reversed())
        }
        self.path = path
        self.displayName = displayName
        if ends(".txt") {
            format = .text
            compression = .none
            return
        }
        if ends(".parquet") {
            format = .jsonl
            compression = .none
            isParquet = true
            return
        }
        // What refinery writes beside an export is no corpus.
        guard !ends(".manifest.json") else { return nil }
        for (suffix, compression) in [("", .none)] + Compression.suffixes
        where [".jsonl", ".ndjson", ".json"].contains(where: { ends($0 + suffix) }) {
            format = .jsonl
            self.compression = compression
            return
        }
        return nil
    }

    /// Bytes of the file; nil for what is none.
    var fileBytes: Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// JSONL from stdin.
    public static let standardInput = CorpusSource()

    private init() {
        path = "-"
        displayName = "-"
        format = .jsonl
        compression = .none
    }
}

/// A piece of a corpus file on its way to the importer.
public struct CorpusPiece: Sendable {
    /// Bytes of the file, or lines of JSONL that were made of it.
    public var bytes: [UInt8]
    /// How many bytes of the file they stand for, for progress.
    public var fileBytes: Int

    /// A piece.
    public init(bytes: [UInt8], fileBytes: Int) {
        self.bytes = bytes
        self.fileBytes = fileBytes
    }
}
