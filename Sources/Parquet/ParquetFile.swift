/// A Parquet file that is open for reading.
///
/// Format: https://github.com/apache/parquet-format. Nothing in the file is trusted: every offset,
/// count and product is checked, and what is wrong is a ``ParquetError``.
public final class ParquetFile: Sendable {
    /// Path as the user named it.
    public let path: String

    /// The flat columns, in the file's order.
    public let columns: [ParquetColumn]

    /// Columns that are not read, such as lists and groups.
    public let skippedColumns: [ParquetSkippedColumn]

    /// Rows of the file.
    public let rowCount: Int

    /// The program that wrote the file, by its own word; empty where it does not say.
    public let createdBy: String

    /// What is read at most.
    public let limits: ParquetLimits

    let bytes: FileBytes
    let rowGroups: [RowGroup]
    private let entries: [MetadataEntry]

    /// Opens the file and reads its footer.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - name: what errors call it; nil for its path.
    ///   - limits: what is read at most.
    /// - Throws: ``ParquetError`` where it is no Parquet file, is encrypted, damaged or cut short.
    public init(
        path: String, name: String? = nil, limits: ParquetLimits = ParquetLimits()
    ) throws(ParquetError) {
        let name = name ?? path
        self.path = name
        self.limits = limits.clamped
        bytes = try FileBytes(path: path, name: name)
        do {
            let metadata = try Footer.read(bytes, limits: limits)
            let schema = try FlatSchema(metadata.schema)
            columns = schema.columns
            skippedColumns = schema.skipped
            rowCount = metadata.rowCount
            createdBy = metadata.createdBy
            rowGroups = metadata.rowGroups
            entries = metadata.entries
        } catch {
            throw error.at(ParquetPlace(path: name))
        }
    }

    /// How many row groups there are.
    public var rowGroupCount: Int { rowGroups.count }

    /// Bytes that the file had when it was opened.
    public var size: Int { bytes.size }

    /// The values that the file carries under a key, in its order; nothing says that they are text.
    public func metadata(_ key: String) -> [[UInt8]] {
        entries.filter { $0.key.elementsEqual(key.utf8) }.map(\.value)
    }

    /// The column of that name; nil where there is none that can be read.
    public func column(named name: String) -> ParquetColumn? {
        // Not ==, which takes spellings of a letter for one.
        columns.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// Reads the rows of some columns from the beginning.
    ///
    /// - Parameter names: the columns' names, in the order that batches are to have.
    /// - Returns: a reader that stands before the first row.
    /// - Throws: ``ParquetError`` where a column is not there, twice there, or not read.
    public func reader(columns names: [String]) throws(ParquetError) -> ParquetReader {
        var chosen: [ParquetColumn] = []
        for name in names {
            let found = columns.filter { $0.name.utf8.elementsEqual(name.utf8) }
            guard let column = found.first else { throw missing(name) }
            guard found.count == 1 else {
                throw ParquetError(
                    "\(found.count) columns have the name \"\(name)\"",
                    place: ParquetPlace(path: path))
            }
            chosen.append(column)
        }
        return ParquetReader(self, chosen)
    }

    private func missing(_ name: String) -> ParquetError {
        let place = ParquetPlace(path: path)
        if let skipped = skippedColumns.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            return ParquetError("column \"\(name)\" is not read: \(skipped.reason)", place: place)
        }
        let names = columns.map { "\"\($0.name)\"" }
        let list = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        return ParquetError(
            "there is no column \"\(name)\"",
            hint: names.isEmpty ? "it has no flat column" : "it has \(list)", place: place)
    }
}
