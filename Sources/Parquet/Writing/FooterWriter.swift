/// Writes the end of a file (parquet.thrift, `FileMetaData`).
struct FooterWriter {
    /// The columns.
    let columns: [ParquetWriterColumn]
    /// The row groups.
    let rowGroups: [WrittenRowGroup]
    /// Rows of the file.
    let rows: Int
    /// What else the metadata say.
    let options: ParquetWriter.Options

    /// Metadata, their length and the magic number.
    func bytes() -> [UInt8] {
        var writer = ThriftWriter()
        writer.int32(1, 2)
        schema(&writer)
        writer.int64(3, rows)
        writer.structures(4, rowGroups) { group($1, to: &$0) }
        if !options.metadata.isEmpty {
            writer.structures(5, options.metadata) { pair, entry in
                pair.binary(1, entry.key.utf8)
                pair.binary(2, entry.value.utf8)
            }
        }
        writer.binary(6, options.createdBy.utf8)
        // Minimum and maximum are in the order of the type: without this readers pass them over.
        writer.structures(7, columns) { order, _ in order.structure(1) { _ in } }
        writer.stop()
        let length = withUnsafeBytes(of: UInt32(writer.bytes.count).littleEndian) { Array($0) }
        return writer.bytes + length + Footer.magic
    }

    private func schema(_ writer: inout ThriftWriter) {
        let fields = [nil] + columns.map(Optional.some)
        writer.structures(2, fields) { element, column in
            guard let column else {
                element.binary(4, "schema".utf8)
                element.int32(5, columns.count)
                return
            }
            element.int32(1, column.kind.physical.rawValue)
            element.int32(3, (column.isOptional ? Repetition.optional : .required).rawValue)
            element.binary(4, column.name.utf8)
            if column.kind == .text {
                element.int32(6, 0)  // UTF8, for readers that know the older annotation only
                element.structure(10) { type in type.structure(1) { _ in } }
            }
        }
    }

    private func group(_ group: WrittenRowGroup, to writer: inout ThriftWriter) {
        writer.structures(1, Array(zip(columns, group.chunks))) { chunk, pair in
            chunk.int64(2, 0)
            chunk.structure(3) { metadata(pair.0, pair.1, to: &$0) }
        }
        writer.int64(2, group.chunks.reduce(0) { $0 + $1.uncompressedSize })
        writer.int64(3, group.rows)
        writer.int64(5, group.chunks.first?.start ?? 0)
        writer.int64(6, group.chunks.reduce(0) { $0 + $1.compressedSize })
    }

    private func metadata(
        _ column: ParquetWriterColumn, _ chunk: WrittenChunk, to writer: inout ThriftWriter
    ) {
        writer.int32(1, column.kind.physical.rawValue)
        writer.int32s(2, chunk.encodings.map(\.rawValue))
        writer.strings(3, [column.name])
        writer.int32(4, Codec.zstd.rawValue)
        writer.int64(5, chunk.values)
        writer.int64(6, chunk.uncompressedSize)
        writer.int64(7, chunk.compressedSize)
        writer.int64(9, chunk.start + chunk.dictionarySize)
        if chunk.dictionarySize > 0 { writer.int64(11, chunk.start) }
        writer.structure(12) { chunk.statistics.write(column.kind, to: &$0) }
    }
}
