/// A node of the schema's tree as the file lists it, in depth-first order (parquet.thrift).
struct SchemaElement {
    /// How the leaf's values are stored; nil for a group.
    var type: Int?
    /// Bytes of a FIXED_LEN_BYTE_ARRAY.
    var typeLength = 0
    /// Whether it may be missing or repeated; the root has none.
    var repetition = Repetition.required
    /// The field's name.
    var name = ""
    /// How many of the following elements are its children.
    var children = 0
    /// What the leaf's values mean.
    var logicalType: LogicalType?

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var converted: Int?
        var scale = 0
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 1: type = try reader.integer(field)
            case 2: typeLength = try reader.integer(field)
            case 3:
                let code = try reader.integer(field)
                guard let known = Repetition(rawValue: code) else {
                    throw ParquetError("the schema has the repetition type \(code)")
                }
                repetition = known
            case 4: name = try reader.string(field)
            case 5: children = try reader.integer(field)
            case 6: converted = try reader.integer(field)
            case 7: scale = try reader.integer(field)
            case 10:
                try reader.structure(field)
                logicalType = try LogicalType(&reader)
            default: try reader.skip(field.type)
            }
        }
        if logicalType == nil, let converted {
            logicalType = LogicalType(converted: converted, scale: scale)
        }
    }
}
