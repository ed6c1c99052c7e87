import Foundation
import GRDB

/// Looks up the values of all imported columns, chunk by chunk or document by document.
final class ColumnListing {
    /// The columns' names, in order.
    let names: [String]

    private let columns: [ImportedColumn]
    private let rows: ColumnRows
    private let db: Database
    private var categories: [Int32: [UInt8]] = [:]

    /// A listing of all columns that are whole, or of those named; of chunks from `first` on.
    init(_ db: Database, named known: [String]? = nil, from first: Int64 = 0) throws {
        self.db = db
        names =
            try known
            ?? String.fetchAll(
                db,
                sql: """
                    SELECT name FROM imported_column WHERE job IS NULL AND kind IS NOT NULL
                    ORDER BY name
                    """)
        columns = try names.map { try ImportedColumn(named: $0, db) }
        rows = try ColumnRows(db, columns, from: first)
    }

    /// The values of a chunk in the order of ``names``, nil where it has none; ids must ascend from
    /// call to call.
    func next(chunk: Int64, original: Int64) throws -> [ColumnValue?] {
        var values: [ColumnValue?] = columns.map { _ in nil }
        try rows.next(chunk, original: original) { values[$0] = try value($1, columns[$0]) }
        return values
    }

    /// The values of any chunk.
    func values(ofChunk chunk: Int64, original: Int64) throws -> [ColumnValue?] {
        try columns.enumerated().map { place, column in
            let number = try rows.find(place, chunk) ?? rows.find(place, original)
            return try number.map { try value($0, column) }
        }
    }

    /// The values of a document: as ``ImportedValues/Whole`` has them, over the chunks that both
    /// models have scored.
    func values(
        ofDocument document: Int64, _ teacher: Int64, _ reference: Int64
    ) throws -> [ColumnValue?] {
        guard !columns.isEmpty else { return [] }
        let find = try db.cachedStatement(
            sql: """
                SELECT c.id, coalesce(c.duplicate_of, c.id), t.tokens FROM chunk c
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?2
                    AND t.outcome = 'scored'
                CROSS JOIN score r ON r.chunk = t.chunk AND r.model = ?3 AND r.outcome = 'scored'
                WHERE c.document = ?1 AND c.retired = 0 ORDER BY c.id
                """)
        let chunks = try Row.fetchAll(find, arguments: [document, teacher, reference])
        return try columns.enumerated().map { place, column in
            var whole = ImportedValues.Whole()
            for chunk in chunks {
                var values = ImportedValues()
                values[0] = try rows.find(place, chunk[0]) ?? rows.find(place, chunk[1]) ?? .nan
                whole.add(values, tokens: chunk[2])
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
