/// A column that is not read, and why.
public struct ParquetSkippedColumn: Sendable, Equatable {
    /// The column's name in the schema.
    public let name: String

    /// Why it is not read, as in `it is nested`.
    public let reason: String
}
