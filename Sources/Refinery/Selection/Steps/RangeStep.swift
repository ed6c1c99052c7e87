/// Removes what lies outside of a column's range, and what has no value in it.
struct RangeStep: SelectionStep {
    static let name = StepName.range

    private let range: ColumnRange
    private let low: Double
    private let high: Double
    private let reader: ColumnReader
    private var lackingItems = 0

    /// A step whose quantiles are those of the items.
    ///
    /// - Throws: ``RefineryError`` where a quantile needs a number that items lack.
    init(
        _ range: ColumnRange, over items: SpillTable<ScoredItem>, by reader: ColumnReader
    ) throws {
        self.range = range
        self.reader = reader
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
        if value.isNaN, !range.column.isImported { lackingItems += 1 }
        return !(low <= value && value <= high)
    }

    func limits(of item: ScoredItem) -> StepLimits? {
        StepLimits(value: reader.value(range.column, of: item), least: low, most: high)
    }

    var lacking: (column: Column, items: Int)? { (range.column, lackingItems) }

    private static func sorted(
        _ column: Column, _ items: SpillTable<ScoredItem>, _ reader: ColumnReader
    ) throws -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(items.count)
        var lacking = 0
        try items.forEach { _, item in
            let value = reader.value(column, of: item)
            if value.isNaN { lacking += 1 } else { values.append(value) }
        }
        guard lacking == 0 || column.isImported else {
            throw RefineryError.lacking(column, lacking)
        }
        values.sort()
        return values
    }
}
