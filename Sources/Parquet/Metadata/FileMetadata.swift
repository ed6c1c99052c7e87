/// What a file's footer says (parquet.thrift, `FileMetaData`).
struct FileMetadata {
    /// Fields that a schema has at most, row groups of a file, and keys that it carries.
    static let mostElements = 1 << 20

    /// The schema's elements, depth first.
    var schema: [SchemaElement] = []
    /// Rows of all row groups.
    var rowCount = 0
    /// The row groups.
    var rowGroups: [RowGroup] = []
    /// Keys and values that the file carries, in its order.
    var entries: [MetadataEntry] = []
    /// The program that wrote the file, by its own word; empty where it does not say.
    var createdBy = ""

    init(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) {
        var reader = ThriftReader(bytes)
        var last = 0
        while let field = try reader.nextField(after: &last) {
            switch field.id {
            case 2:
                let count = try reader.structures(field)
                // A damaged file may have the field twice.
                guard schema.count + count <= Self.mostElements else {
                    throw ParquetError("a schema of \(count) fields, which is too many")
                }
                for _ in 0..<count {
                    schema.append(try SchemaElement(&reader))
                }
            case 4:
                let count = try reader.structures(field)
                guard rowGroups.count + count <= Self.mostElements else {
                    throw ParquetError("metadata of \(count) row groups, which is too many")
                }
                for _ in 0..<count {
                    do {
                        rowGroups.append(try RowGroup(&reader))
                    } catch {
                        throw error.at(ParquetPlace(rowGroup: rowGroups.count))
                    }
                }
            case 5:
                let count = try reader.structures(field)
                guard entries.count + count <= Self.mostElements else {
                    throw ParquetError("metadata of \(count) keys, which is too many")
                }
                for _ in 0..<count { entries.append(try MetadataEntry(&reader)) }
            case 6: createdBy = try reader.string(field)
            default: try reader.skip(field.type)
            }
        }
        try check()
    }

    /// Counts the rows; fails where the counts contradict each other.
    private mutating func check() throws(ParquetError) {
        let leaves = schema.dropFirst().count { $0.type != nil }
        var rows = 0
        for (index, group) in rowGroups.enumerated() {
            guard group.columns.count == leaves else {
                throw ParquetError(
                    "it has \(group.columns.count) columns, the schema has \(leaves)",
                    hint: ParquetError.truncated, place: ParquetPlace(rowGroup: index))
            }
            let (sum, overflows) = rows.addingReportingOverflow(group.rowCount)
            guard !overflows else {
                throw ParquetError("more rows than can be counted", hint: ParquetError.truncated)
            }
            rows = sum
        }
        // Some writers leave the file's own count at 0.
        rowCount = rows
    }
}
