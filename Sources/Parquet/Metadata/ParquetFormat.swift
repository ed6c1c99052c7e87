/// How values are stored (parquet.thrift, `Type`).
enum PhysicalType: Int {
    case boolean
    case int32
    case int64
    case int96
    case float
    case double
    case byteArray
    case fixedLengthByteArray

    /// Bytes that a value takes in PLAIN; nil where that differs from value to value.
    func width(typeLength: Int) -> Int? {
        switch self {
        case .boolean, .byteArray: nil
        case .int32, .float: 4
        case .int64, .double: 8
        case .int96: 12
        case .fixedLengthByteArray: typeLength
        }
    }
}

/// How a page's values are encoded (parquet.thrift, `Encoding`; Encodings.md).
enum Encoding: Int {
    case plain = 0
    case plainDictionary = 2
    case rle
    case bitPacked
    case deltaBinaryPacked
    case deltaLengthByteArray
    case deltaByteArray
    case rleDictionary
    case byteStreamSplit

    /// The format's name for an encoding, also for one that is not read.
    static func name(_ code: Int) -> String {
        let names = [
            "PLAIN", "GROUP_VAR_INT", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED",
            "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "RLE_DICTIONARY",
            "BYTE_STREAM_SPLIT", "ALP",
        ]
        return names.indices.contains(code) ? names[code] : "\(code)"
    }
}

/// How a page is compressed (parquet.thrift, `CompressionCodec`; Compression.md).
enum Codec: Int {
    case uncompressed = 0
    case snappy
    case gzip
    case lzo
    case brotli
    case lz4
    case zstd
    case lz4Raw
}

/// Whether a field may be missing (parquet.thrift, `FieldRepetitionType`).
enum Repetition: Int {
    case required
    case optional
    case repeated
}
