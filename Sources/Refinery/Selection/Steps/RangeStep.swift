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
    ///   - scope: where categories are looked up.
    /// - Throws: ``RefineryError`` where a quantile needs a number that items lack, or nothing is of
    ///   a category that is named.
    init(
        _ range: ColumnRange, over items: SpillTable<ScoredItem>, by reader: ColumnReader,
        in scope: RuleScope
    ) throws {
        self.range = range
        self.reader = reader
        if range.categories.isEmpty {
            categories = nil
        } else {
            let snapshot = try scope.snapshot("categories of \(range.column.name)")
            let column = try snapshot.importedColumn(named: range.column.name)
            categories = Set(
                try range.categories.map { Double(try snapshot.categoryID($0, of: column)) })
        }
        func number(_ bound: ColumnRange.Bound?, _ open: Double) throws -> Double {
            switch bound {
            case nil: return open
            case .value(let value): return value
            case .quantile(let quantile):
                let count = try Self.count(range.column, items, reader)
                guard count > 0 else { return open }
                let rank = max(1, quantile.ceilTimes(count))
                return try NearestRanks.values(at: [rank]) { see in
                    try items.forEach { _, item in
                        let value = reader.value(range.column, of: item)
                        if !value.isNaN { see(value) }
                    }
                }[0]
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

    /// How many of the items have a value.
    private static func count(
        _ column: Column, _ items: SpillTable<ScoredItem>, _ reader: ColumnReader
    ) throws -> Int {
        var (lacking, unread) = (0, 0)
        try items.forEach { _, item in
            guard reader.value(column, of: item).isNaN else { return }
            lacking += 1
            if item.teacherNLL.isNaN { unread += 1 }
        }
        if unread > 0, Column.ofTeacher.contains(column) {
            throw RefineryError.unread(column, unread)
        }
        guard lacking == 0 || column.isImported else {
            throw RefineryError.lacking(column, lacking)
        }
        return items.count - lacking
    }
}
