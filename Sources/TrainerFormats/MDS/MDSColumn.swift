/// A column of an MDS file: its name and how its values are stored.
public struct MDSColumn: Sendable, Equatable {
    /// How values are stored, named as mosaicml-streaming names it.
    public enum Encoding: String, Sendable {
        /// UTF-8.
        case text = "str"
        /// JSON, which the reader parses.
        case json
        /// A whole number in 8 bytes.
        case integer = "int"
        /// A number in 8 bytes.
        case double = "float64"

        /// Bytes of a value; nil where values differ in length.
        var size: Int? {
            switch self {
            case .text, .json: nil
            case .integer, .double: 8
            }
        }
    }

    /// The name: letters, digits and underscores.
    public let name: String
    /// How its values are stored.
    public let encoding: Encoding

    /// A column of the given parts.
    public init(_ name: String, _ encoding: Encoding) {
        self.name = name
        self.encoding = encoding
    }
}

/// A value of a row of an MDS file.
public enum MDSValue: Sendable, Equatable {
    /// UTF-8, for columns of text and JSON.
    case text([UInt8])
    /// A whole number.
    case integer(Int64)
    /// A number.
    case double(Double)

    func fits(_ encoding: MDSColumn.Encoding) -> Bool {
        switch (self, encoding) {
        case (.text, .text), (.text, .json), (.integer, .integer), (.double, .double): true
        default: false
        }
    }
}
