import GRDB

/// Reads the values of imported columns, chunk by chunk, beside another query over `chunk`.
final class ColumnRows {
    private let all: RowStream
    private let one: RowStream
    private let places: [Int64: Int]
    private var isOpen = true

    /// The values of these columns, from the first chunk on.
    init(_ db: Database, _ columns: [ImportedColumn]) throws {
        places = Dictionary(uniqueKeysWithValues: zip(columns.map(\.id), columns.indices))
        // By its primary key: no sorting, no looking up.
        all = try RowStream(
            db, sql: "SELECT chunk, column, value FROM column_value ORDER BY chunk, column")
        one = try RowStream(
            db, sql: "SELECT chunk, column, value FROM column_value WHERE chunk = ?")
        isOpen = try all.next()
    }

    /// The values of a chunk, and where it has none those of its original; ids must ascend from
    /// call to call.
    func next(_ chunk: Int64, original: Int64) throws -> ImportedValues {
        var values = ImportedValues()
        while isOpen, all.integer(0) < chunk { isOpen = try all.next() }
        while isOpen, all.integer(0) == chunk {
            if let place = places[all.integer(1)] { values[place] = all.real(2) }
            isOpen = try all.next()
        }
        guard original != chunk, places.values.contains(where: { values[$0].isNaN }) else {
            return values
        }
        try one.begin(original)
        while try one.next() {
            if let place = places[one.integer(1)], values[place].isNaN {
                values[place] = one.real(2)
            }
        }
        return values
    }
}
