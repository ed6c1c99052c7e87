/// How a column's values are stored, and what is made of them.
struct ColumnType: Equatable {
    /// What is done with stored values before they are handed out.
    enum Rendering: Equatable {
        case none
        case date
        case time(LogicalType.Unit)
        case timestamp(LogicalType.Unit, isUTC: Bool)
        /// INT96: nanoseconds of the day, then the Julian day, as Impala and Spark wrote them.
        case legacyTimestamp
        case decimal(scale: Int)
        case uuid
        case float16
    }

    /// How values are stored.
    let physical: PhysicalType
    /// Bytes of a FIXED_LEN_BYTE_ARRAY; else 0.
    let typeLength: Int
    /// What is done with them.
    let rendering: Rendering
    /// What they are then.
    let kind: ParquetColumn.Kind
    /// The type in words.
    let name: String

    /// The most digits behind the point that a decimal may have.
    static let largestScale = 100

    /// The type of a leaf, or why it is not read.
    static func of(_ element: SchemaElement) -> Result<ColumnType, Unreadable> {
        guard let code = element.type, let physical = PhysicalType(rawValue: code) else {
            return .failure(Unreadable(reason: "it has the unknown type \(element.type ?? -1)"))
        }
        let length = physical == .fixedLengthByteArray ? element.typeLength : 0
        if physical == .fixedLengthByteArray, !(1...Int(Int32.max)).contains(length) {
            return .failure(Unreadable(reason: "its values have a fixed length of \(length) bytes"))
        }
        if case .decimal(let scale) = element.logicalType, !(0...largestScale).contains(scale) {
            return .failure(Unreadable(reason: "it is a decimal of scale \(scale)"))
        }
        return .success(ColumnType(physical, length, element.logicalType))
    }

    /// Why a column is not read.
    struct Unreadable: Error {
        let reason: String
    }

    /// A logical type that does not fit the stored one is passed over, as other readers do.
    private init(_ physical: PhysicalType, _ length: Int, _ logical: LogicalType?) {
        self.physical = physical
        typeLength = length
        switch (physical, logical) {
        case (.int32, .date): (rendering, kind, name) = (.date, .text, "date")
        case (.int32, .time(.milliseconds)):
            (rendering, kind, name) = (.time(.milliseconds), .text, "time(ms)")
        case (.int64, .time(let unit)) where unit != .milliseconds:
            (rendering, kind, name) = (.time(unit), .text, "time(\(unit.short))")
        case (.int64, .timestamp(let unit, let isUTC)):
            rendering = .timestamp(unit, isUTC: isUTC)
            (kind, name) = (.text, "timestamp(\(unit.short)\(isUTC ? ", UTC" : ""))")
        case (.int96, _): (rendering, kind, name) = (.legacyTimestamp, .text, "timestamp(INT96)")
        case (.int32, .decimal(let scale)), (.int64, .decimal(let scale)),
            (.byteArray, .decimal(let scale)), (.fixedLengthByteArray, .decimal(let scale)):
            (rendering, kind, name) = (.decimal(scale: scale), .text, "decimal(scale \(scale))")
        case (.fixedLengthByteArray, .uuid) where length == 16:
            (rendering, kind, name) = (.uuid, .text, "uuid")
        case (.fixedLengthByteArray, .float16) where length == 2:
            (rendering, kind, name) = (.float16, .float, "float16")
        case (.int32, .integer(isSigned: false)):
            (rendering, kind, name) = (.none, .unsigned, "uint32")
        case (.int64, .integer(isSigned: false)):
            (rendering, kind, name) = (.none, .unsigned, "uint64")
        case (.int32, _): (rendering, kind, name) = (.none, .integer, "int32")
        case (.int64, _): (rendering, kind, name) = (.none, .integer, "int64")
        case (.boolean, _): (rendering, kind, name) = (.none, .boolean, "boolean")
        case (.float, _): (rendering, kind, name) = (.none, .float, "float")
        case (.double, _): (rendering, kind, name) = (.none, .double, "double")
        case (.byteArray, .string): (rendering, kind, name) = (.none, .text, "string")
        case (.byteArray, _): (rendering, kind, name) = (.none, .binary, "binary")
        case (.fixedLengthByteArray, .string):
            (rendering, kind, name) = (.none, .text, "string of \(length)")
        case (.fixedLengthByteArray, _):
            (rendering, kind, name) = (.none, .binary, "binary of \(length)")
        }
    }

    /// Whether stored values are bytes, and not numbers of 64 bits or fewer.
    var isStoredAsBytes: Bool {
        [.byteArray, .fixedLengthByteArray, .int96].contains(physical)
    }
}

extension LogicalType.Unit {
    /// `ms`, `us` or `ns`.
    var short: String {
        switch self {
        case .milliseconds: "ms"
        case .microseconds: "us"
        case .nanoseconds: "ns"
        }
    }

    /// Digits of a second's fraction.
    var digits: Int { 3 * rawValue }

    /// How many of it a second has.
    var perSecond: Int64 {
        switch self {
        case .milliseconds: 1000
        case .microseconds: 1_000_000
        case .nanoseconds: 1_000_000_000
        }
    }
}
