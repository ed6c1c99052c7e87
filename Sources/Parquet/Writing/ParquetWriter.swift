/// Writes rows of flat columns as a Parquet file, to wherever the caller takes the bytes.
///
/// A row is set column by column and ended; a column that was not set is null. Pages are of
/// version 1, compressed with zstd and guarded by a CRC-32; numbers have minimum and maximum by
/// page and by row group. Texts that repeat are written through a dictionary. The same rows and
/// options make the same bytes with the same version of zstd.
///
/// One row group is held in memory, compressed.
public final class ParquetWriter {
    /// How a file is written.
    public struct Options: Sendable {
        /// The level of zstd, whose default is 3.
        public var compressionLevel = 3
        /// Bytes of a row group before compression, about.
        public var rowGroupBytes = 128 << 20
        /// Rows of a row group at most.
        public var rowGroupRows = 1 << 20
        /// Bytes of a page before compression; a value that is longer has a page for itself.
        public var pageBytes = 1 << 20
        /// What the file says of the program that wrote it.
        public var createdBy = "refinery"
        /// Keys and values that the file carries.
        public var metadata: [(key: String, value: String)] = []

        /// The options that are right for most.
        public init() {}
    }

    /// What was written.
    public struct Summary: Sendable, Equatable {
        /// Rows of the file.
        public let rows: Int
        /// Bytes of the file.
        public let bytes: Int
        /// Row groups of the file.
        public let rowGroups: Int
    }

    private let options: Options
    private let sink: ([UInt8]) throws -> Void
    private let columns: [ColumnWriter]
    private var rowGroups: [WrittenRowGroup] = []
    private var rows = 0
    private var rowsInGroup = 0
    private var offset = 0
    private var isFinished = false

    /// A file without rows; `sink` gets its bytes, piece by piece and in order.
    ///
    /// - Throws: ``ParquetError`` where there is no column or two have one name, or what `sink`
    ///   throws.
    public init(
        columns: [ParquetWriterColumn], options: Options = Options(),
        sink: @escaping ([UInt8]) throws -> Void
    ) throws {
        guard !columns.isEmpty else { throw ParquetError("a file without columns") }
        var names: Set<[UInt8]> = []
        for column in columns where !names.insert(Array(column.name.utf8)).inserted {
            throw ParquetError("two columns have the name \"\(column.name)\"")
        }
        let compressor = try PageCompressor(level: options.compressionLevel)
        self.columns = columns.map { ColumnWriter($0, compressor, pageBytes: options.pageBytes) }
        self.options = options
        self.sink = sink
        try write(Footer.magic)
    }

    /// Sets a text, which has to be UTF-8.
    ///
    /// - Throws: ``ParquetError`` where it is longer than a page may be.
    public func set(_ column: Int, text: UnsafeRawBufferPointer) throws(ParquetError) {
        try begin(column, .text).append(text: text)
    }

    /// Sets a text.
    ///
    /// - Throws: ``ParquetError`` where it is longer than a page may be.
    public func set(_ column: Int, text: String) throws {
        var text = text
        try text.withUTF8 { try set(column, text: UnsafeRawBufferPointer($0)) }
    }

    /// Sets an integer.
    ///
    /// - Throws: ``ParquetError`` where there is no memory for it.
    public func set(_ column: Int, integer: Int64) throws(ParquetError) {
        try begin(column, .integer).append(integer: integer)
    }

    /// Sets a number.
    ///
    /// - Throws: ``ParquetError`` where there is no memory for it.
    public func set(_ column: Int, double: Double) throws(ParquetError) {
        try begin(column, .double).append(double: double)
    }

    /// Sets a truth value.
    ///
    /// - Throws: ``ParquetError`` where there is no memory for it.
    public func set(_ column: Int, boolean: Bool) throws(ParquetError) {
        try begin(column, .boolean).append(boolean: boolean)
    }

    /// Ends the row; what was not set is null.
    ///
    /// - Throws: ``ParquetError`` where a required column was not set, or what the sink throws.
    public func endRow() throws {
        for column in columns where column.rows == rowsInGroup && !column.spec.isOptional {
            throw ParquetError(
                "the required column \"\(column.spec.name)\" has no value",
                place: ParquetPlace(row: rows + 1))
        }
        var size = 0
        for column in columns {
            if column.rows == rowsInGroup { try column.appendNull() }
            size += column.size
        }
        rowsInGroup += 1
        rows += 1
        if size >= options.rowGroupBytes || rowsInGroup >= options.rowGroupRows {
            try endRowGroup()
        }
    }

    /// Writes what is left and the metadata.
    ///
    /// - Parameter more: keys and values that the file carries behind those of the options.
    /// - Returns: what the file has.
    /// - Throws: what the sink throws.
    public func finish(metadata more: [(key: String, value: String)] = []) throws -> Summary {
        if rowsInGroup > 0 { try endRowGroup() }
        var options = options
        options.metadata += more
        let footer = FooterWriter(
            columns: columns.map(\.spec), rowGroups: rowGroups, rows: rows, options: options)
        try write(footer.bytes())
        isFinished = true
        return Summary(rows: rows, bytes: offset, rowGroups: rowGroups.count)
    }

    /// The column's writer, which has no value of this row yet.
    private func begin(_ column: Int, _ kind: ParquetWriterColumn.Kind) -> ColumnWriter {
        precondition(!isFinished, "the file is finished")
        let writer = columns[column]
        precondition(writer.spec.kind == kind, "the column has another kind")
        precondition(writer.rows == rowsInGroup, "the column is set twice")
        return writer
    }

    private func endRowGroup() throws {
        var group = WrittenRowGroup(rows: rowsInGroup)
        for column in columns {
            let chunk = try column.finish()
            group.chunks.append(WrittenChunk(chunk, start: offset))
            for bytes in [chunk.dictionary, chunk.pages] where !bytes.isEmpty { try write(bytes) }
        }
        rowGroups.append(group)
        rowsInGroup = 0
    }

    private func write(_ bytes: [UInt8]) throws {
        offset += bytes.count
        try sink(bytes)
    }
}
