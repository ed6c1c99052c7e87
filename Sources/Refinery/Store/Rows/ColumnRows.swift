import GRDB

/// Reads the values of imported columns, chunk by chunk, beside another query over `chunk`.
final class ColumnRows {
    /// One column's rows, in order of chunks.
    private struct Column {
        let all: RowStream
        let one: Statement
        var isOpen: Bool
    }

    private var columns: [Column] = []

    /// The values of these columns, from chunk `first` on.
    init(_ snapshot: Snapshot, _ columns: [ImportedColumn], from first: Int64 = 0) throws {
        for column in columns {
            let rows = "FROM column_value WHERE column = \(column.id)"
            // By its primary key: no sorting, no looking up.
            let all = try RowStream(
                snapshot.db, sql: "SELECT chunk, value \(rows) AND chunk >= \(first) ORDER BY chunk"
            )
            self.columns.append(
                Column(
                    all: all,
                    one: try snapshot.db.makeStatement(sql: "SELECT value \(rows) AND chunk = ?"),
                    isOpen: try all.next()))
        }
    }

    /// Hands over the values of a chunk, each with its column's place, and where it has none that
    /// of its original; ids must ascend from call to call.
    func next(
        _ chunk: Int64, original: Int64, _ body: (_ place: Int, Double) throws -> Void
    ) throws {
        for place in columns.indices {
            let rows = columns[place].all
            while columns[place].isOpen, rows.integer(0) < chunk {
                columns[place].isOpen = try rows.next()
            }
            if columns[place].isOpen, rows.integer(0) == chunk {
                try body(place, rows.real(1))
            } else if original != chunk, let value = try find(place, original) {
                try body(place, value)
            }
        }
    }

    /// The value that any chunk has of its own.
    func find(_ place: Int, _ chunk: Int64) throws -> Double? {
        try Double.fetchOne(columns[place].one, arguments: [chunk])
    }
}
