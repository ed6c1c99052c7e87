/// What stored values mean (LogicalTypes.md), as far as it changes how they are read.
enum LogicalType: Equatable {
    /// A unit of time.
    enum Unit: Int {
        case milliseconds = 1
        case microseconds
        case nanoseconds
    }

    case string
    case decimal(scale: Int)
    case date
    case time(Unit)
    case timestamp(Unit, isUTC: Bool)
    case integer(isSigned: Bool)
    case uuid
    case float16
    /// Some other meaning: the values are read as they are stored.
    case other

    /// What a `ConvertedType`, the older annotation, says; nil where it is for groups.
    init?(converted: Int, scale: Int) {
        switch converted {
        case 0, 4, 19: self = .string  // UTF8, ENUM, JSON
        case 5: self = .decimal(scale: scale)
        case 6: self = .date
        case 7: self = .time(.milliseconds)
        case 8: self = .time(.microseconds)
        case 9: self = .timestamp(.milliseconds, isUTC: true)
        case 10: self = .timestamp(.microseconds, isUTC: true)
        case 11...14: self = .integer(isSigned: false)
        case 15...18: self = .integer(isSigned: true)
        case 20, 21: self = .other  // BSON, INTERVAL
        default: return nil
        }
    }

    /// Reads the union `LogicalType`; nil where it is for groups.
    init?(_ reader: inout ThriftReader) throws(ParquetError) {
        var found: LogicalType?
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1, 4, 12:
                try reader.skip(field.type)
                found = .string
            case 5: found = .decimal(scale: try Self.numbers(field, &reader)[1] ?? 0)
            case 6:
                try reader.skip(field.type)
                found = .date
            case 7: found = try Self.moment(field, &reader) { unit, _ in .time(unit) }
            case 8: found = try Self.moment(field, &reader) { .timestamp($0, isUTC: $1) }
            case 10: found = .integer(isSigned: try Self.numbers(field, &reader)[2] ?? 1 != 0)
            case 14:
                try reader.skip(field.type)
                found = .uuid
            case 15:
                try reader.skip(field.type)
                found = .float16
            default:
                try reader.skip(field.type)
                found = [2, 3].contains(field.id) ? nil : .other
            }
        }
        guard let found else { return nil }
        self = found
    }

    /// The fields of a struct that are integers or booleans.
    private static func numbers(
        _ field: ThriftReader.Field, _ reader: inout ThriftReader
    ) throws(ParquetError) -> [Int: Int] {
        try reader.structure(field)
        var values: [Int: Int] = [:]
        var last = 0
        while let inner = try reader.nextField(after: &last) {
            switch inner.type {
            case .yes: values[inner.id] = 1
            case .no: values[inner.id] = 0
            case .byte, .int16, .int32, .int64: values[inner.id] = try reader.integer(inner)
            default: try reader.skip(inner.type)
            }
        }
        return values
    }

    /// A `TimeType` or `TimestampType`; a unit that is not known leaves the number a number.
    private static func moment(
        _ field: ThriftReader.Field, _ reader: inout ThriftReader,
        _ make: (Unit, Bool) -> LogicalType
    ) throws(ParquetError) -> LogicalType {
        try reader.structure(field)
        var isUTC = false
        var unit: Unit?
        var last = 0
        while let inner = try reader.nextField(after: &last) {
            switch inner.id {
            case 1: isUTC = try reader.bool(inner)
            case 2: unit = Unit(rawValue: try Self.chosen(inner, &reader))
            default: try reader.skip(inner.type)
            }
        }
        return unit.map { make($0, isUTC) } ?? .other
    }

    /// Which member of a union of empty structs is set.
    private static func chosen(
        _ field: ThriftReader.Field, _ reader: inout ThriftReader
    ) throws(ParquetError) -> Int {
        try reader.structure(field)
        var chosen = 0
        var last = 0
        while let inner = try reader.nextField(after: &last) {
            try reader.skip(inner.type)
            chosen = inner.id
        }
        return chosen
    }
}
