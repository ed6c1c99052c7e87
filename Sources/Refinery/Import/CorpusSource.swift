/// One file of a corpus as a user named it, or found in a folder that a user named.
public struct CorpusSource: Sendable, Equatable {
    /// The suffixes that are taken, for people.
    public static let accepted = ".jsonl, .jsonl.gz, .jsonl.zst or .txt"

    /// The path to open; `-` is stdin.
    public var path: String
    /// The name that documents without an id are named after: the path as named, inside a folder
    /// the path relative to it.
    public var displayName: String
    /// What it holds.
    public var format: Importer.Format
    /// How it is compressed.
    public var compression: Compression

    /// Whether it is stdin.
    public var isStandardInput: Bool { path == "-" }

    /// A source at `path`; nil if its suffix is none of `accepted`.
    public init?(path: String, displayName: String) {
        let known: [(suffix: String, Importer.Format, Compression)] = [
            (".jsonl", .jsonl, .none), (".jsonl.gz", .jsonl, .gzip), (".jsonl.zst", .jsonl, .zstd),
            (".txt", .text, .none),
        ]
        guard
            let found = known.first(where: {
                path.utf8.reversed().starts(with: $0.suffix.utf8.reversed())
            })
        else { return nil }
        self.path = path
        self.displayName = displayName
        format = found.1
        compression = found.2
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
