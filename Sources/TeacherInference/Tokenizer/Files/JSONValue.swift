/// A parsed JSON value that keeps strings as bytes and objects as lists.
///
/// Foundation's objects are keyed by `String`, which compares by canonical equivalence and lets a
/// repeated key replace the first one; a vocabulary needs neither.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string([UInt8])
    case array([JSONValue])
    case object([(key: [UInt8], value: JSONValue)])

    /// The first member named `key`; nil if absent or if this is no object.
    subscript(key: StaticString) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        let wanted = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        return members.first { $0.key.elementsEqual(wanted) }?.value
    }

    /// The same, with `null` read as absent.
    func member(_ key: StaticString) -> JSONValue? {
        guard let value = self[key], !value.isNull else { return nil }
        return value
    }

    /// Whether this is `null`.
    var isNull: Bool { if case .null = self { true } else { false } }

    /// The string's bytes, if this is one.
    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }

    /// The string, if this is one.
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The boolean, if this is one.
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer, if this is one.
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    /// The number, if this is one.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The elements, if this is an array.
    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The members in file order, if this is an object.
    var object: [(key: [UInt8], value: JSONValue)]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// "an object", "null" …: for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
