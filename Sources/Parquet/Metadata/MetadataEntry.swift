/// A key and a value that a file carries beside its rows (parquet.thrift, `KeyValue`).
struct MetadataEntry {
    /// The key.
    private(set) var key: [UInt8] = []
    /// The value; empty where there is none.
    private(set) var value: [UInt8] = []

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1: key = try reader.bytes(field)
            case 2: value = try reader.bytes(field)
            default: try reader.skip(field.type)
            }
        }
    }
}
