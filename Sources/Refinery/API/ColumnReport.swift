/// An imported column: one of `GET /v1/columns`, `refinectl columns --json`.
public struct ColumnReport: Codable, Sendable, Equatable {
    /// A category of a column.
    public struct Category: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Chunks of it.
        public var chunks: Int64
    }

    /// The name.
    public var name: String
    /// `number` or `category`; null until a value has come.
    @NullEncoded public var kind: String?
    /// Chunks with a value.
    public var values: Int64
    /// When it was imported first, ms since 1970, UTC.
    public var created: Int64
    /// The job that has not brought it to its end; null where the column is whole.
    @NullEncoded public var job: Int64?
    /// The files that were imported whole.
    public var files: [ColumnSource.File]
    /// The 1,000 largest categories; of numbers none.
    public var categories: [Category]
}
