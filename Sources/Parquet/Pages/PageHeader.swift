/// What stands before a page (parquet.thrift, `PageHeader`).
struct PageHeader {
    /// What a page holds.
    enum Kind {
        case dictionary
        /// Version 1: levels and values are compressed together.
        case data
        /// Version 2: levels stand before the values, uncompressed.
        case dataV2
        /// Something that a reader passes over.
        case other
    }

    /// What the page holds.
    private(set) var kind = Kind.other
    /// Bytes of the page once it is decompressed.
    private(set) var uncompressedSize = -1
    /// Bytes of the page as it stands in the file.
    private(set) var compressedSize = -1
    /// CRC-32 of those bytes; nil where the writer left it out.
    private(set) var checksum: UInt32?
    /// Values of the page, those that are null among them.
    private(set) var valueCount = -1
    /// Values that are null, by version 2.
    private(set) var nullCount = 0
    /// How values are encoded, by number.
    private(set) var encoding = -1
    /// How definition levels are encoded in version 1, by number.
    private(set) var levelEncoding = Encoding.rle.rawValue
    /// Bytes of the definition levels in version 2.
    private(set) var definitionSize = 0
    /// Bytes of the repetition levels in version 2.
    private(set) var repetitionSize = 0
    /// Whether version 2 compressed the values.
    private(set) var isCompressed = true

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var type = -1
        // Of the four headers the one that the type names counts.
        var headers: [Int: Inner] = [:]
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: uncompressedSize = try reader.integer(field)
            case 3: compressedSize = try reader.integer(field)
            case 4: checksum = UInt32(truncatingIfNeeded: try reader.integer(field))
            case 5, 7, 8: headers[field.id] = try Inner(field, &reader)
            default: try reader.skip(field.type)
            }
        }
        let limit = Int(Int32.max)
        guard (0...limit).contains(uncompressedSize), (0...limit).contains(compressedSize) else {
            throw Self.damaged("\(compressedSize) bytes that inflate to \(uncompressedSize)")
        }
        switch type {
        case 0: try take(headers[5], .data)
        case 2: try take(headers[7], .dictionary)
        case 3: try take(headers[8], .dataV2)
        default: kind = .other
        }
    }

    private mutating func take(_ inner: Inner?, _ kind: Kind) throws(ParquetError) {
        guard let inner else { throw Self.damaged("no header for its type") }
        self.kind = kind
        valueCount = inner.numbers[1] ?? -1
        guard (0...Int(Int32.max)).contains(valueCount) else {
            throw Self.damaged("\(valueCount) values")
        }
        encoding = inner.numbers[kind == .dataV2 ? 4 : 2] ?? -1
        guard kind == .dataV2 else {
            levelEncoding = inner.numbers[3] ?? levelEncoding
            return
        }
        nullCount = inner.numbers[2] ?? 0
        definitionSize = inner.numbers[5] ?? 0
        repetitionSize = inner.numbers[6] ?? 0
        isCompressed = inner.isCompressed
        let size = min(uncompressedSize, compressedSize)
        guard (0...valueCount).contains(nullCount) else {
            throw Self.damaged("\(nullCount) of \(valueCount) values are null")
        }
        guard (0...size).contains(definitionSize),
            (0...size - definitionSize).contains(repetitionSize)
        else { throw Self.damaged("levels of \(definitionSize) and \(repetitionSize) bytes") }
    }

    private static func damaged(_ what: String) -> ParquetError {
        ParquetError("a page's header is damaged: \(what)", hint: ParquetError.truncated)
    }

    /// The integers of one of the inner headers, by field number.
    private struct Inner {
        var numbers: [Int: Int] = [:]
        var isCompressed = true

        init(_ field: ThriftReader.Field, _ reader: inout ThriftReader) throws(ParquetError) {
            try reader.structure(field)
            var last = 0
            while let inner = try reader.nextField(after: &last) {
                switch inner.type {
                case .byte, .int16, .int32, .int64:
                    numbers[inner.id] = try reader.integer(inner)
                case .yes, .no:
                    if inner.id == 7 { isCompressed = try reader.bool(inner) }
                default: try reader.skip(inner.type)
                }
            }
        }
    }
}
