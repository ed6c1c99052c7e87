/// Which decoder reads the values of a page.
enum ValueDecoders {
    /// The decoder of PLAIN values of a type.
    static func plain(_ source: PageBytes, _ type: ColumnType) -> any ValueDecoder {
        switch type.physical {
        case .boolean: PlainBooleans(source)
        case .byteArray: PlainByteArrays(source)
        case .int96: PlainFixedBytes(source, width: 12)
        case .fixedLengthByteArray: PlainFixedBytes(source, width: type.typeLength)
        case .int32, .int64, .float, .double: PlainNumbers(source, WordForm(type))
        }
    }

    /// The decoder of a data page's values, or why they are not read.
    static func of(
        _ source: PageBytes, encoding code: Int, _ type: ColumnType, _ dictionary: ValueDictionary?,
        _ limits: ParquetLimits
    ) throws(ParquetError) -> any ValueDecoder {
        let physical = type.physical
        let integers: [PhysicalType] = [.int32, .int64]
        switch Encoding(rawValue: code) {
        case .plain: return plain(source, type)
        case .plainDictionary, .rleDictionary:
            guard let dictionary else {
                throw ParquetError(
                    "a page has indices, but no dictionary stands before it",
                    hint: ParquetError.truncated)
            }
            return try DictionaryValues(source, dictionary)
        case .rle where physical == .boolean: return try RunBooleans(source)
        case .deltaBinaryPacked where integers.contains(physical):
            return try DeltaIntegers(source, WordForm(type))
        case .deltaLengthByteArray where physical == .byteArray:
            return try DeltaLengthByteArrays(source)
        case .deltaByteArray where physical == .byteArray:
            return try DeltaByteArrays(source, limit: limits.batchBytes, width: nil)
        case .deltaByteArray where physical == .fixedLengthByteArray:
            return try DeltaByteArrays(source, limit: limits.batchBytes, width: type.typeLength)
        case .byteStreamSplit where ![.boolean, .byteArray, .int96].contains(physical):
            let form = physical == .fixedLengthByteArray ? nil : WordForm(type)
            return try ByteStreamSplit(
                source, width: form?.width ?? type.typeLength, form: form)
        default:
            throw ParquetError(
                "a page of \(type.name) is encoded as \(Encoding.name(code)), which is not read")
        }
    }
}
