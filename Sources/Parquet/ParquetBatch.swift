/// Rows of a file, column by column.
public struct ParquetBatch: Sendable {
    /// The first row's number in the file, counted from 1 as lines are.
    public let firstRow: Int

    /// How many rows there are; at least one.
    public let count: Int

    /// The values, in the order that the columns were asked for.
    public let columns: [ParquetValues]
}
