/// Removes what lies outside of a column's range or is of no category that is named, and what has
/// no value in it.
struct RangeStep: SelectionStep {
    static let name = StepName.range

    private let range: ColumnRange
    private let low: Double
    private let high: Double
    /// Row ids of the categories that are named; nil for a range.
    private let categories: Set<Double>?
    private let reader: ColumnReader
    private var lackingItems = 0
    /// Items that the teacher did not read, where the column needs its sums.
    private var unreadItems = 0

    /// A step whose quantiles are those of the items.
    ///
    /// - Parameters:
    ///   - range: what is let through.
    ///   - items: what is scored.
    ///   - reader: what reads the column of an item.
    ///   - snapshot: where categories are looked up.
    /// - Throws: ``RefineryError`` where a quantile needs a number that items lack, or nothing is of
    ///   a category that is named.
    init(
        _ range: ColumnRange, over items: SpillTable<ScoredItem>, by reader: ColumnReader,
        in snapshot: Snapshot
    ) throws {
        self.range = range
        self.reader = reader
        if range.categories.isEmpty {
            categories = nil
        } else {
            let column = try snapshot.importedColumn(named: range.column.name)
            categories = Set(
                try range.categories.map { Double(try snapshot.categoryID($0, of: column)) })
        }
        var values: [Double] = []
        func number(_ bound: ColumnRange.Bound?, _ open: Double) throws -> Double {
            switch bound {
            case nil: return open
            case .value(let value): return value
            case .quantile(let quantile):
                if values.isEmpty { values = try Self.sorted(range.column, items, reader) }
                guard !values.isEmpty else { return open }
                return values[max(1, quantile.ceilTimes(values.count)) - 1]
            }
        }
        low = try number(range.low, -.infinity)
        high = try number(range.high, .infinity)
    }

    var label: String { "where \(range.description)" }

    mutating func removes(_ item: ScoredItem) -> Bool {
        let value = reader.value(range.column, of: item)
        if value.isNaN, item.teacherNLL.isNaN, Column.ofTeacher.contains(range.column) {
            unreadItems += 1
            return true
        }
        // What has none is of category 0.
        if let categories { return !categories.contains(value.isNaN ? 0 : value) }
        if value.isNaN, !range.column.isImported { lackingItems += 1 }
        return !(low <= value && value <= high)
    }

    func limits(of item: ScoredItem) -> StepLimits? {
        guard categories == nil else { return nil }
        return StepLimits(value: reader.value(range.column, of: item), least: low, most: high)
    }

    var lacking: (column: Column, items: Int)? { (range.column, lackingItems) }
    var unread: (column: Column, items: Int)? { (range.column, unreadItems) }

    private static func sorted(
        _ column: Column, _ items: SpillTable<ScoredItem>, _ reader: ColumnReader
    ) throws -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(items.count)
        var (lacking, unread) = (0, 0)
        try items.forEach { _, item in
            let value = reader.value(column, of: item)
            if value.isNaN { lacking += 1 } else { values.append(value) }
            if value.isNaN, item.teacherNLL.isNaN { unread += 1 }
        }
        if unread > 0, Column.ofTeacher.contains(column) {
            throw RefineryError.unread(column, unread)
        }
        guard lacking == 0 || column.isImported else {
            throw RefineryError.lacking(column, lacking)
        }
        values.sort()
        return values
    }
}
