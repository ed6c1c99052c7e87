/// Reads one column of a row group, a segment of rows after the other.
///
/// Holds a page, the dictionary and a segment.
struct ColumnCursor {
    /// The column.
    let column: ParquetColumn
    /// The rows that were decoded last.
    private(set) var segment = Segment()
    /// Rows of the group that were decoded.
    private(set) var row = 0

    private let rowCount: Int
    private let limits: ParquetLimits
    private let budget: PageBudget
    private var pages: PageSource
    private var renderer: ValueRenderer
    private var dictionary: ValueDictionary?
    private var memory: RawMemory?
    private var levels = DefinitionLevels.none
    private var values: (any ValueDecoder)?
    /// Rows that the page has left; their levels are not decoded yet, but for `carried`.
    private var leftInPage = 0
    /// Levels that were decoded when the values behind them would have become too many bytes.
    private var carried: [UInt8] = []
    private var isFirstPage = true

    init(
        _ column: ParquetColumn, _ group: RowGroup, _ file: ParquetFile,
        _ decompressor: PageDecompressor, _ budget: PageBudget
    ) throws(ParquetError) {
        self.column = column
        rowCount = group.rowCount
        limits = file.limits
        self.budget = budget
        renderer = ValueRenderer(column.type)
        let chunk = group.columns[column.leaf]
        pages = try PageSource(file.bytes, chunk, limits, decompressor, budget)
        guard chunk.type == column.type.physical.rawValue else {
            throw ParquetError(
                "its values have type \(chunk.type), in the schema \(column.type.physical.rawValue)",
                hint: ParquetError.truncated)
        }
        guard chunk.valueCount == rowCount else {
            throw ParquetError(
                "it has \(chunk.valueCount) values, the row group has \(rowCount) rows",
                hint: ParquetError.truncated)
        }
    }

    /// Marks rows of the segment as handed out.
    mutating func use(_ count: Int) { segment.used += count }

    /// Decodes the next segment, which has at least one row; rows must be left in the group.
    mutating func advance() throws(ParquetError) {
        while leftInPage == 0 { try nextPage() }
        let count = min(leftInPage, limits.batchRows)
        let words = try RawMemory.recycled(&segment.words, count * 8)
        segment.words = words
        segment.bytes = nil
        let target = words.bound(to: UInt64.self)
        let (valid, rows) = try decodeLevels(count)
        guard valid < rows else {
            let decoded = try decodeValues(rows, to: target)
            if segment.validity != nil {
                carried.insert(contentsOf: repeatElement(1, count: rows - decoded), at: 0)
                segment.validity = nil
            }
            return finish(decoded)
        }
        guard valid > 0, let validity = segment.validity?.bound(to: UInt8.self) else {
            target.update(repeating: 0, count: rows)
            return finish(rows)
        }
        let decoded = try decodeValues(valid, to: target)
        finish(spread(decoded, target, validity, rows))
    }

    private mutating func finish(_ rows: Int) {
        segment.count = rows
        segment.used = 0
        row += rows
        leftInPage -= rows
    }

    /// Decodes up to `count` levels to the segment; returns how many values are there, and of how
    /// many rows.
    private mutating func decodeLevels(_ count: Int) throws(ParquetError) -> (Int, Int) {
        if case .none = levels, carried.isEmpty {
            segment.validity = nil
            return (count, count)
        }
        let validity = try RawMemory.recycled(&segment.validity, count)
        segment.validity = validity
        let target = validity.bound(to: UInt8.self)
        guard carried.isEmpty else {
            let rows = min(count, carried.count)
            var valid = 0
            for index in 0..<rows {
                target[index] = carried[index]
                valid += Int(carried[index])
            }
            carried.removeFirst(rows)
            return (valid, rows)
        }
        return (try levels.decode(count, to: target), count)
    }

    private mutating func decodeValues(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        guard values != nil else { throw ParquetError("a page without values") }
        guard let decoded = try values?.decode(count, to: target), decoded > 0 else {
            throw ParquetError("a page's values end too early", hint: ParquetError.truncated)
        }
        segment.bytes = try renderer.render(target, decoded, values?.bytes)
        return decoded
    }

    /// Moves values to their rows, from the last to the first; returns how many rows they fill.
    private mutating func spread(
        _ decoded: Int, _ target: UnsafeMutablePointer<UInt64>,
        _ validity: UnsafeMutablePointer<UInt8>, _ count: Int
    ) -> Int {
        var rows = 0
        var seen = 0
        while rows < count, seen + Int(validity[rows]) <= decoded {
            seen += Int(validity[rows])
            rows += 1
        }
        carried.insert(
            contentsOf: UnsafeBufferPointer(start: validity + rows, count: count - rows), at: 0)
        // SAFETY: a value's row is never before its place among values: `seen` <= `index`.
        for index in stride(from: rows - 1, through: 0, by: -1) {
            if validity[index] == 0 {
                target[index] = 0
            } else {
                seen -= 1
                target[index] = target[seen]
            }
        }
        return rows
    }

    /// Reads pages up to the next one that has rows, and the dictionary if it comes first.
    private mutating func nextPage() throws(ParquetError) {
        // What holds the last page's memory would keep it from being used again.
        values = nil
        levels = .none
        segment.bytes = nil
        guard row < rowCount, let page = try pages.next(&memory) else {
            throw ParquetError(
                "it ends after \(row) of the row group's \(rowCount) rows",
                hint: ParquetError.truncated)
        }
        defer { isFirstPage = false }
        guard page.header.kind != .dictionary else {
            guard isFirstPage else { throw ParquetError("a second dictionary in a column chunk") }
            dictionary = try ValueDictionary(page, column.type, budget)
            memory = nil
            return
        }
        guard page.header.valueCount <= rowCount - row else {
            throw ParquetError(
                "a page of \(page.header.valueCount) values where the row group has "
                    + "\(rowCount - row) rows left",
                hint: ParquetError.truncated)
        }
        let body: PageBytes
        (levels, body) = try PageLevels.split(page, isOptional: column.isOptional)
        leftInPage = page.header.valueCount
        carried.removeAll(keepingCapacity: true)
        guard leftInPage > 0 else { return }
        if page.header.kind == .dataV2, page.header.nullCount == leftInPage { return }
        values = try makeDecoder(body, page.header)
    }

    /// The decoder of a page, made when there is a value to decode: of nulls only, writers leave
    /// out what decoders begin with.
    private func makeDecoder(
        _ body: PageBytes, _ header: PageHeader
    ) throws(ParquetError) -> (any ValueDecoder)? {
        guard body.count > 0 || !column.isOptional else { return nil }
        return try ValueDecoders.of(
            body, encoding: header.encoding, column.type, dictionary, limits)
    }
}
