/// Reads rows of some columns, batch by batch, to a file's end.
///
/// Every row before the first damaged part is handed out; then ``next()`` fails, and the error
/// names the file, the row group, the column and the first row that was not read.
public struct ParquetReader {
    private let file: ParquetFile
    private let columns: [ParquetColumn]
    private let decompressor = PageDecompressor()
    private let budget: PageBudget
    private var group = -1
    private var cursors: [ColumnCursor] = []
    private var leftInGroup = 0
    private var row = 0
    private var failure: ParquetError?

    init(_ file: ParquetFile, _ columns: [ParquetColumn]) {
        (self.file, self.columns) = (file, columns)
        budget = PageBudget(file.limits.maxHeldBytes)
    }

    /// The next rows; nil at the file's end.
    ///
    /// - Throws: ``ParquetError``; the same one again when called once more.
    public mutating func next() throws(ParquetError) -> ParquetBatch? {
        if let failure { throw failure }
        var column: String?
        do {
            return try batch(&column)
        } catch {
            cursors = []
            let place = ParquetPlace(
                path: file.path, rowGroup: group, column: column, row: row + 1)
            failure = error.at(place)
            throw error.at(place)
        }
    }

    private mutating func batch(_ column: inout String?) throws(ParquetError) -> ParquetBatch? {
        while leftInGroup == 0 {
            guard group + 1 < file.rowGroups.count else { return nil }
            group += 1
            cursors = []
            leftInGroup = file.rowGroups[group].rowCount
            guard leftInGroup > 0 else { continue }
            for chosen in columns {
                column = chosen.name
                cursors.append(
                    try ColumnCursor(chosen, file.rowGroups[group], file, decompressor, budget))
            }
        }
        var count = min(leftInGroup, file.limits.batchRows)
        for index in cursors.indices {
            column = cursors[index].column.name
            if cursors[index].segment.left == 0 { try cursors[index].advance() }
            count = min(count, cursors[index].segment.left)
        }
        defer {
            row += count
            leftInGroup -= count
        }
        return ParquetBatch(firstRow: row + 1, count: count, columns: try take(count))
    }

    private mutating func take(_ count: Int) throws(ParquetError) -> [ParquetValues] {
        var values: [ParquetValues] = []
        for index in cursors.indices {
            let segment = cursors[index].segment
            guard let words = segment.words else { throw ParquetError("a column without values") }
            values.append(
                ParquetValues(
                    column: cursors[index].column, count: count, first: segment.used, words: words,
                    validity: segment.validity, bytes: segment.bytes))
            cursors[index].use(count)
        }
        return values
    }
}
