/// A metadata value of a GGUF file.
enum GGUFValue: Equatable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case real(Double)
    case bool(Bool)
    case string([UInt8])
    case strings([[UInt8]])
    case integers([Int64])
    case reals([Double])
    case bools([Bool])

    /// The value as an integer, if it is one that fits.
    var integer: Int? {
        switch self {
        case .unsigned(let value): Int(exactly: value)
        case .signed(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value as a number.
    var number: Double? {
        switch self {
        case .real(let value): value
        case .unsigned(let value): Double(value)
        case .signed(let value): Double(value)
        default: nil
        }
    }

    /// The value as text, if it is valid UTF-8.
    var text: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Reads the type number and the value that follow `key`.
    ///
    /// Arrays of arrays are refused.
    init(_ reader: inout ByteReader, path: String, key: String) throws(ModelError) {
        let type = try reader.read(UInt32.self, "type of \"\(key)\"")
        guard type == 9 else {
            self = try Self.scalar(type, &reader, path: path, key: key)
            return
        }
        let element = try reader.read(UInt32.self, "element type of \"\(key)\"")
        let sizes: [UInt32: Int] = [
            0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 10: 8, 11: 8, 12: 8,
        ]
        guard let size = sizes[element] else {
            throw ModelError(
                "\(path): \"\(key)\" is an array of type \(element), which is not supported")
        }
        let count = try reader.count(unit: size, "length of array \"\(key)\"")
        switch element {
        case 8:
            var values: [[UInt8]] = []
            for _ in 0..<count { values.append(try Self.bytes(&reader, key: key)) }
            self = .strings(values)
        case 7:
            var values: [Bool] = []
            for _ in 0..<count { values.append(try reader.read(UInt8.self, key) != 0) }
            self = .bools(values)
        case 6, 12:
            var values: [Double] = []
            values.reserveCapacity(count)
            for _ in 0..<count {
                let value = try Self.scalar(element, &reader, path: path, key: key)
                values.append(value.number ?? 0)
            }
            self = .reals(values)
        default:
            var values: [Int64] = []
            values.reserveCapacity(count)
            for _ in 0..<count {
                let value = try Self.scalar(element, &reader, path: path, key: key)
                guard let integer = value.integer else {
                    throw ModelError("\(path): \"\(key)\" holds a number beyond 63 bits")
                }
                values.append(Int64(integer))
            }
            self = .integers(values)
        }
    }

    private static func scalar(
        _ type: UInt32, _ reader: inout ByteReader, path: String, key: String
    ) throws(ModelError) -> GGUFValue {
        let what = "value of \"\(key)\""
        switch type {
        case 0: return .unsigned(UInt64(try reader.read(UInt8.self, what)))
        case 1: return .signed(Int64(try reader.read(Int8.self, what)))
        case 2: return .unsigned(UInt64(try reader.read(UInt16.self, what)))
        case 3: return .signed(Int64(try reader.read(Int16.self, what)))
        case 4: return .unsigned(UInt64(try reader.read(UInt32.self, what)))
        case 5: return .signed(Int64(try reader.read(Int32.self, what)))
        case 6: return .real(Double(try reader.read(Float.self, what)))
        case 7: return .bool(try reader.read(UInt8.self, what) != 0)
        case 8: return .string(try bytes(&reader, key: key))
        case 10: return .unsigned(try reader.read(UInt64.self, what))
        case 11: return .signed(try reader.read(Int64.self, what))
        case 12: return .real(try reader.read(Double.self, what))
        default:
            throw ModelError("\(path): \"\(key)\" has the unknown metadata type \(type)")
        }
    }

    private static func bytes(
        _ reader: inout ByteReader, key: String
    ) throws(ModelError) -> [UInt8] {
        let length = try reader.count(unit: 1, "length of a string in \"\(key)\"")
        return [UInt8](try reader.take(length, "string in \"\(key)\""))
    }
}
