import TrainerFormats

/// Writes rows as MDS shards with the columns `id`, `text`, `domain`, `score` and `tokens`, and
/// `fields` where asked for.
///
/// A row without a domain has an empty one; MDS knows no null. `fields` is JSON, `null` where a
/// document has none.
public final class MDSRows: RowWriter {
    private let writer: MDSWriter
    private let keepFields: Bool

    /// Begins the folder.
    ///
    /// - Parameters:
    ///   - folder: not there yet, or empty.
    ///   - keepFields: whether there is a column `fields`.
    ///   - isCompressed: whether shards are compressed with zstd.
    ///   - shardBytes: bytes of a shard at most, before compression.
    /// - Throws: `TrainerFormatError` where it cannot be written.
    public init(folder: String, keepFields: Bool, isCompressed: Bool, shardBytes: Int64) throws {
        let columns = [
            MDSColumn("id", .text), MDSColumn("text", .text), MDSColumn("domain", .text),
            MDSColumn("score", .double), MDSColumn("tokens", .integer),
        ]
        writer = try MDSWriter(
            folder: folder, columns: columns + (keepFields ? [MDSColumn("fields", .json)] : []),
            isCompressed: isCompressed, shardBytes: shardBytes)
        self.keepFields = keepFields
        compression = isCompressed ? .zstd : .none
    }

    private let compression: Compression

    /// Writes a row as a sample.
    public func write(_ row: OutputRow) throws {
        func repaired(_ bytes: [UInt8]) -> [UInt8] {
            Array(String(decoding: bytes, as: UTF8.self).utf8)
        }
        var values: [MDSValue] = [
            .text(repaired(row.document)), .text(row.text), .text(repaired(row.domain ?? [])),
            .double(row.score), .integer(Int64(row.tokens)),
        ]
        if keepFields { values.append(.text(row.fields ?? Array("null".utf8))) }
        try writer.write(values)
    }

    /// Gives the folder its name.
    public func finish() throws -> WrittenRows {
        let output = try writer.finish()
        var written = WrittenRows(files: output.files.map { Manifest.File($0) })
        written.compression = compression
        return written
    }

    /// Removes what was written so far.
    public func discard() { writer.discard() }
}
