/// What the values of an imported column are.
public enum ColumnKind: String, Sendable, Codable {
    /// Numbers: filters and scores read them.
    case number
    /// Words: a mix goes by them.
    case category
}

/// An imported column and the files that it came from.
public struct ColumnSource: Sendable, Equatable, Codable {
    /// A file that was imported whole.
    public struct File: Sendable, Equatable, Codable {
        /// The corpus that its ids are of.
        public var corpus: String
        /// The file as it was named.
        public var file: String
        /// SHA-256 of its bytes as they stand in the file, in hexadecimal.
        public var sha256: String
    }

    /// The name.
    public var name: String
    /// What its values are.
    public var kind: ColumnKind
    /// The files, in the order in which they came; none of a field of documents.
    public var files: [File]

    /// The files for people: each with the beginning of its SHA-256.
    public var filesLine: String {
        guard !files.isEmpty else { return "a field of documents" }
        return files.map { "\($0.file) (\($0.corpus), \($0.sha256.prefix(16)))" }.joined(
            separator: ", ")
    }
}
