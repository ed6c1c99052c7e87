import GRDB

/// Reads the values of imported columns, chunk by chunk, beside another query over `chunk`.
final class ColumnRows {
    /// One column's rows, in order of chunks or documents.
    private struct Column {
        let unit: ItemUnit
        let all: RowStream
        let one: Statement
        var isOpen: Bool
        /// The last chunk or document that was asked for.
        var last: Int64
    }

    private var columns: [Column] = []

    /// The values of these columns, from the chunk or document at `first` on.
    init(
        _ snapshot: Snapshot, _ columns: [ImportedColumn], from first: ColumnPlace? = nil
    ) throws {
        for column in columns {
            let (table, key) =
                column.unit == .chunk ? ("column_value", "chunk") : ("field_value", "document")
            let rows = "FROM \(table) WHERE column = \(column.id)"
            let least = (column.unit == .chunk ? first?.chunk : first?.document) ?? 0
            // By its primary key: no sorting, no looking up.
            let all = try RowStream(
                snapshot.db,
                sql: "SELECT \(key), value \(rows) AND \(key) >= \(least) ORDER BY \(key)"
            )
            self.columns.append(
                Column(
                    unit: column.unit, all: all,
                    one: try snapshot.db.makeStatement(sql: "SELECT value \(rows) AND \(key) = ?"),
                    isOpen: try all.next(), last: least))
        }
    }

    /// Hands over the values of a chunk, each with its column's place.
    ///
    /// Where a chunk has none of its own it is that of its original; of a field it is the document's.
    /// Chunks must ascend from call to call, and their documents but for few.
    func next(_ chunk: ColumnPlace, _ body: (_ place: Int, Double) throws -> Void) throws {
        for place in columns.indices {
            let rows = columns[place].all
            let id = columns[place].unit == .chunk ? chunk.chunk : chunk.document
            guard id >= columns[place].last else {
                if let value = try find(place, chunk) { try body(place, value) }
                continue
            }
            columns[place].last = id
            while columns[place].isOpen, rows.integer(0) < id {
                columns[place].isOpen = try rows.next()
            }
            if columns[place].isOpen, rows.integer(0) == id {
                try body(place, rows.real(1))
            } else if columns[place].unit == .chunk, chunk.original != chunk.chunk,
                let value = try find(place, row: chunk.original)
            {
                try body(place, value)
            }
        }
    }

    /// The value that any chunk has, as ``next(_:_:)`` hands it over.
    func find(_ place: Int, _ chunk: ColumnPlace) throws -> Double? {
        guard columns[place].unit == .chunk else { return try find(place, row: chunk.document) }
        return try find(place, row: chunk.chunk) ?? find(place, row: chunk.original)
    }

    private func find(_ place: Int, row: Int64) throws -> Double? {
        try Double.fetchOne(columns[place].one, arguments: [row])
    }
}

/// A chunk by the row ids that columns know it by.
struct ColumnPlace {
    /// The chunk.
    let chunk: Int64
    /// The chunk with the same text that is scored in its stead, or itself.
    let original: Int64
    /// Its document.
    let document: Int64
}
