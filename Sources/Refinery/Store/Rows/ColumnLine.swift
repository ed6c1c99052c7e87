/// The value of a chunk, or of every chunk of a document, in an imported column.
struct ColumnLine: Sendable, Equatable {
    /// The document's id.
    var id: [UInt8]
    /// Which chunk of it, from 0; nil for all of them.
    var ordinal: Int?
    /// The value.
    var value: ColumnValue
    /// The line in its file, from 1.
    var line: Int
}

/// A value of an imported column.
public enum ColumnValue: Sendable, Equatable {
    /// A number.
    case number(Double)
    /// A category's name, UTF-8.
    case category([UInt8])

    /// The longest name of a category, in bytes.
    static let longestCategory = 256
    /// The greatest magnitude of a number: sums of squares of many such are finite.
    static let greatest = 1e100

    /// What a column of such values is.
    var kind: ColumnKind {
        switch self {
        case .number: .number
        case .category: .category
        }
    }
}

/// A file whose values come into an imported column.
struct ColumnFile: Sendable, Equatable {
    /// The column's name.
    var column: String
    /// The corpus that the ids are of.
    var corpus: String
    /// The file as it is displayed.
    var file: String
    /// Whether a value takes the place of another one.
    var replace: Bool
    /// The file and the column, as jobs and rejects have them.
    var title: String { "\(file) (column \(column))" }
}
