import Foundation
import GRDB

/// Looks up the values of all imported columns, chunk by chunk or document by document.
final class ColumnListing {
    /// The columns' names, in order.
    let names: [String]

    private let columns: [ImportedColumn]
    private let db: Database
    private var categories: [Int32: [UInt8]] = [:]

    /// A listing of the columns that are whole.
    init(_ db: Database) throws {
        self.db = db
        names = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM imported_column WHERE job IS NULL AND kind IS NOT NULL
                ORDER BY name
                """)
        columns = try names.map { try ImportedColumn(named: $0, db) }
    }

    /// The values of a chunk in the order of ``names``, nil where it has none.
    func values(ofChunk chunk: Int64) throws -> [ColumnValue?] {
        guard !columns.isEmpty else { return [] }
        let find = try db.cachedStatement(
            sql: """
                SELECT v.column, v.value FROM chunk c
                JOIN column_value v ON v.chunk = c.id OR v.chunk = c.duplicate_of
                WHERE c.id = ? ORDER BY v.chunk = c.id
                """)
        var found: [Int64: Double] = [:]
        // A duplicate's own values come last.
        for row in try Row.fetchAll(find, arguments: [chunk]) { found[row[0]] = row[1] }
        return try columns.map { column in
            try found[column.id].map { try value($0, column) }
        }
    }

    /// The values of a document: as ``ImportedValues/Whole`` has them, over its scored chunks.
    func values(ofDocument document: Int64, teacher: Int64) throws -> [ColumnValue?] {
        guard !columns.isEmpty else { return [] }
        let find = try db.cachedStatement(
            sql: """
                SELECT t.tokens, own.value, original.value FROM chunk c
                JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?2
                    AND t.outcome = 'scored'
                LEFT JOIN column_value own ON own.chunk = c.id AND own.column = ?3
                LEFT JOIN column_value original ON original.chunk = c.duplicate_of
                    AND original.column = ?3
                WHERE c.document = ?1 AND c.retired = 0 ORDER BY c.id
                """)
        return try columns.map { column in
            var whole = ImportedValues.Whole()
            for row in try Row.fetchAll(find, arguments: [document, teacher, column.id]) {
                var values = ImportedValues()
                values[0] = row[1] as Double? ?? row[2] ?? .nan
                whole.add(values, tokens: row[0])
            }
            let number = whole.values(categories: column.kind == .category ? [0] : [])[0]
            return number.isNaN ? nil : try value(number, column)
        }
    }

    private func value(_ number: Double, _ column: ImportedColumn) throws -> ColumnValue {
        guard column.kind == .category, let id = Int32(exactly: number) else {
            return .number(number)
        }
        if let name = categories[id] { return .category(name) }
        let name = try ImportedColumn.category(id, db) ?? []
        categories[id] = name
        return .category(name)
    }
}
