/// Rows that lie together, column by column (parquet.thrift, `RowGroup`).
struct RowGroup {
    /// How many rows there are.
    var rowCount = -1
    /// The chunks of all leaves, in the schema's order.
    var columns: [ColumnChunk] = []

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1:
                for _ in 0..<(try reader.structures(field)) {
                    columns.append(try ColumnChunk(&reader))
                }
            case 3: rowCount = try reader.integer(field)
            default: try reader.skip(field.type)
            }
        }
        guard rowCount >= 0 else {
            throw ParquetError(
                "the metadata are damaged: a row group of \(rowCount) rows",
                hint: ParquetError.truncated)
        }
    }
}
