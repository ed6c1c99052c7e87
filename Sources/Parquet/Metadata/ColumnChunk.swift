/// Where a column's values of one row group lie (parquet.thrift, `ColumnChunk`).
struct ColumnChunk {
    /// Whether the values or their metadata are encrypted.
    var isEncrypted = false
    /// Whether the values lie in another file.
    var isElsewhere = false
    /// How they are stored; must be the schema's.
    var type = -1
    /// How pages are compressed.
    var codec = -1
    /// How many values there are, those that are null among them.
    var valueCount = -1
    /// Bytes of all pages with their headers.
    var compressedSize = -1
    /// Offset of the first data page.
    var dataOffset = 0
    /// Offset of the dictionary; 0 where there is none, or where the writer did not say.
    var dictionaryOffset = 0

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var hasMetadata = false
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1:
                isElsewhere = !(try reader.string(field)).isEmpty
            case 3:
                try reader.structure(field)
                try readMetadata(&reader)
                hasMetadata = true
            case 8:
                try reader.skip(field.type)
                isEncrypted = true
            default: try reader.skip(field.type)
            }
        }
        // Metadata encrypted with a key of the column's own are in another field.
        guard hasMetadata || isEncrypted else {
            throw ParquetError(
                "the metadata are damaged: a column chunk without metadata",
                hint: ParquetError.truncated)
        }
    }

    /// Reads `ColumnMetaData`.
    private mutating func readMetadata(_ reader: inout ThriftReader) throws(ParquetError) {
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 4: codec = try reader.integer(field)
            case 5: valueCount = try reader.integer(field)
            case 7: compressedSize = try reader.integer(field)
            case 9: dataOffset = try reader.integer(field)
            case 11: dictionaryOffset = try reader.integer(field)
            default: try reader.skip(field.type)
            }
        }
        // Not only wrong: a list of empty chunks takes far less room in a file than here.
        guard type >= 0, codec >= 0, valueCount >= 0, compressedSize >= 0 else {
            throw ParquetError(
                "the metadata are damaged: a column chunk without type, codec, count or size",
                hint: ParquetError.truncated)
        }
    }

    /// Where the pages lie in a file of `fileSize` bytes.
    func byteRange(fileSize: Int) throws(ParquetError) -> Range<Int> {
        let hasDictionary = dictionaryOffset > 0 && dictionaryOffset < dataOffset
        let start = hasDictionary ? dictionaryOffset : dataOffset
        let (end, overflows) = start.addingReportingOverflow(compressedSize)
        guard start >= 4, compressedSize >= 0, !overflows, end <= fileSize else {
            throw ParquetError(
                "its \(compressedSize) bytes at offset \(start) are not within the file's "
                    + "\(fileSize)",
                hint: ParquetError.truncated)
        }
        return start..<end
    }
}
