/// An imported column: one of `GET /v1/columns`, `refinectl columns --json`.
public struct ColumnReport: Codable, Sendable, Equatable {
    /// A category of a column.
    public struct Category: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Chunks of it; documents where the column is of a field.
        public var chunks: Int64
    }

    /// The name.
    public var name: String
    /// What its values are; null until one has come.
    @NullEncoded public var kind: ColumnKind?
    /// Chunks with a value; documents where the column is of a field.
    public var values: Int64
    /// When it was imported first, ms since 1970, UTC.
    public var created: Int64
    /// The job that has not brought it to its end; null where the column is whole.
    @NullEncoded public var job: Int64?
    /// The files that were imported whole.
    public var files: [ColumnSource.File]
    /// What has a value of its own: documents where the column is of a field, else chunks.
    public var unit: ItemUnit
    /// How many categories there are; of numbers none.
    public var categories: Int64
    /// The 1,000 largest ones, where the answer is about this column alone.
    @NullEncoded public var largest: [Category]?
}
