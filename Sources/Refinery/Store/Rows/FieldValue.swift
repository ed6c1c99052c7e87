/// What a line has in a field that becomes a column.
public struct FieldValue: Sendable, Equatable {
    /// The field's name.
    public var name: String
    /// The value; nil where a column cannot hold it, such as a list or a string of 300 bytes.
    public var value: ColumnValue?
}
