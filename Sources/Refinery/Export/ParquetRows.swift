import Parquet

/// Writes rows as a Parquet file, whose columns are the members of a line of JSONL.
///
/// `chunk` and `domain` may be null; `fields`, where it is asked for, is the document's other fields
/// as JSON. Pages are compressed with zstd.
public final class ParquetRows: RowWriter {
    private static let columns = [
        ParquetWriterColumn("id", .text), ParquetWriterColumn("chunk", .integer, isOptional: true),
        ParquetWriterColumn("text", .text), ParquetWriterColumn("domain", .text, isOptional: true),
        ParquetWriterColumn("score", .double), ParquetWriterColumn("teacher_nll", .double),
        ParquetWriterColumn("reference_nll", .double), ParquetWriterColumn("tokens", .integer),
        ParquetWriterColumn("rank", .integer), ParquetWriterColumn("start", .integer),
        ParquetWriterColumn("end", .integer), ParquetWriterColumn("final", .boolean),
    ]

    private let output: OutputWriter
    private let writer: ParquetWriter
    private let keepFields: Bool

    /// Begins the output.
    ///
    /// - Parameters:
    ///   - path: a file, a pipe, or `-` for stdout.
    ///   - keepFields: whether there is a column `fields`.
    /// - Throws: ``RefineryError`` where it cannot be written.
    public init(path: String, keepFields: Bool) throws {
        let output = try OutputWriter(path: path, compression: Compression.none)
        var options = ParquetWriter.Options()
        options.createdBy = "refinery \(refineryVersion)"
        let fields = keepFields ? [ParquetWriterColumn("fields", .text, isOptional: true)] : []
        writer = try ParquetWriter(columns: Self.columns + fields, options: options) {
            try output.write($0)
        }
        self.output = output
        self.keepFields = keepFields
    }

    /// Writes a row.
    public func write(_ row: OutputRow) throws {
        try text(0, repaired(row.document))
        if let ordinal = row.ordinal { try writer.set(1, integer: Int64(ordinal)) }
        try text(2, row.text)
        if let domain = row.domain { try text(3, repaired(domain)) }
        try writer.set(4, double: row.score)
        try writer.set(5, double: row.teacherNLL)
        try writer.set(6, double: row.referenceNLL)
        try writer.set(7, integer: Int64(row.tokens))
        try writer.set(8, integer: Int64(row.rank))
        try writer.set(9, integer: Int64(row.range.lowerBound))
        try writer.set(10, integer: Int64(row.range.upperBound))
        try writer.set(11, boolean: row.isFinal)
        if keepFields, let fields = row.fields { try text(12, fields) }
        try writer.endRow()
    }

    /// Gives the file its name.
    public func finish() throws -> WrittenRows {
        _ = try writer.finish()
        var written = WrittenRows(files: [Manifest.File(try output.finish(), path: output.path)])
        written.compression = .zstd
        return written
    }

    /// Removes the temporary file.
    public func discard() { output.discard() }

    private func text(_ column: Int, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writer.set(column, text: $0) }
    }

    /// Text as JSONL has it: U+FFFD in place of what is no UTF-8.
    private func repaired(_ bytes: [UInt8]) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
