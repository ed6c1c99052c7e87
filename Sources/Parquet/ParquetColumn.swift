/// A flat column of a Parquet file: one value, or none, a row.
public struct ParquetColumn: Sendable, Equatable {
    /// What a value is once it is read.
    public enum Kind: Sendable {
        /// True or false.
        case boolean
        /// A signed integer of up to 64 bits.
        case integer
        /// An unsigned integer of up to 64 bits.
        case unsigned
        /// A number that was stored in 16 or 32 bits.
        case float
        /// A number of 64 bits.
        case double
        /// Text: declared UTF-8 (not checked), or made of a timestamp, date, time, decimal or UUID.
        case text
        /// Bytes that are not declared to be text.
        case binary
    }

    /// The column's name in the schema.
    public let name: String

    /// Whether a row may be without a value.
    public let isOptional: Bool

    /// Which of the row groups' chunks is the column's.
    let leaf: Int

    /// How values are stored and what is made of them.
    let type: ColumnType

    /// What a value is once it is read.
    public var kind: Kind { type.kind }

    /// The type in words, such as `timestamp(us, UTC)`.
    public var typeName: String { type.name }
}
