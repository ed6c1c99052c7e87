/// A column of a file that is written.
public struct ParquetWriterColumn: Sendable, Equatable {
    /// What a value is.
    public enum Kind: Sendable {
        /// Text in UTF-8.
        case text
        /// An integer of 64 bits.
        case integer
        /// A number of 64 bits.
        case double
        /// True or false.
        case boolean
    }

    /// The column's name.
    public let name: String

    /// What a value is.
    public let kind: Kind

    /// Whether a row may be without a value.
    public let isOptional: Bool

    /// A column of that name and kind.
    public init(_ name: String, _ kind: Kind, isOptional: Bool = false) {
        (self.name, self.kind, self.isOptional) = (name, kind, isOptional)
    }
}

extension ParquetWriterColumn.Kind {
    /// How values are stored.
    var physical: PhysicalType {
        switch self {
        case .text: .byteArray
        case .integer: .int64
        case .double: .double
        case .boolean: .boolean
        }
    }
}
