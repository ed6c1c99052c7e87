/// The two forms that a score file has: its name's ending tells which.
public enum ScoreFileForm: Sendable, Equatable {
    /// A JSON object a line, compressed where the name says so.
    case lines
    /// Columns of a Parquet file.
    case parquet

    /// The endings of names that score files have.
    public static let endings = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"]

    /// Bytes of memory that reading a file takes, more or less.
    public var memory: Int {
        switch self {
        case .lines: 2 * ScoreFileWriter.longestLine
        case .parquet: ScoreFileTable.memory
        }
    }

    /// The form of a file of that name.
    public init(path: String) {
        self = path.hasSuffix(".parquet") ? .parquet : .lines
    }
}
