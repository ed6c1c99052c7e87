import Foundation
import GRDB

/// One transaction's values of documents' fields, each field a column that is made where it is new.
///
/// Fields that have a column are kept without being named, so that no document lacks what others
/// have.
struct FieldColumns {
    /// Names that are counted apart.
    private static let mostCounted = 2000

    /// What became of them, by the field's name; those beyond 2,000 names together.
    private(set) var counts: [String: FieldCounts] = [:]

    private let db: Database
    private let values: FieldValues
    private var columns: [String: ColumnEncoder] = [:]
    /// Whether the store takes no more columns.
    private var isFull = false

    /// The columns that there are, and those to be kept.
    init(_ db: Database, keeping kept: KeptFields) throws {
        self.db = db
        var kept = kept
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, name, kind FROM imported_column WHERE of_documents ORDER BY name")
        for row in rows {
            let field = String((row[1] as String).dropFirst(Column.fieldPrefix.count))
            kept.add([field])
            columns[field] = ColumnEncoder(
                db, column: row[0], kind: (row[2] as String?).flatMap(ColumnKind.init(rawValue:)))
        }
        values = FieldValues(kept.names, takesAll: kept.takesAll)
    }

    /// Takes the values of a document.
    ///
    /// - Parameters:
    ///   - fields: its other fields as one JSON object, as the store has them; nil for none.
    ///   - document: its row id.
    /// - Throws: ``RefineryError`` where an imported column has a field's name.
    mutating func add(_ fields: [UInt8]?, document: Int64) throws {
        guard let fields, !values.isEmpty else { return }
        for field in values.values(fields) {
            var number: Double?
            if let value = field.value { number = try self.number(value, of: field.name) }
            count(field.name, isTaken: number != nil)
            guard let number, let column = columns[field.name] else { continue }
            let write = try db.cachedStatement(
                sql: """
                    INSERT INTO field_value (column, document, value) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """)
            try write.execute(arguments: [column.column, document, number])
        }
    }

    /// The value as the field's column holds it; nil where it cannot, or there is none for it.
    private mutating func number(_ value: ColumnValue, of field: String) throws -> Double? {
        guard var column = try columns[field] ?? makeColumn(field) else { return nil }
        let isTaken = column.kind == nil || column.kind == value.kind
        let number = isTaken ? try column.number(value) : nil
        columns[field] = column
        return number
    }

    private mutating func makeColumn(_ field: String) throws -> ColumnEncoder? {
        let name = Column.fieldPrefix + field
        let isImported = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM imported_column WHERE name = ?)",
            arguments: [name])
        if isImported == true {
            throw RefineryError(
                .refused, "column \(name) was imported from a file, so no field can be kept there",
                hint: "refinectl columns delete \(name) deletes it")
        }
        if !isFull { isFull = try !Store.hasRoomForColumn(db) }
        guard !isFull else { return nil }
        try db.execute(
            sql: "INSERT INTO imported_column (name, created, of_documents) VALUES (?, ?, 1)",
            arguments: [name, Store.now()])
        return ColumnEncoder(db, column: db.lastInsertedRowID, kind: nil)
    }

    private mutating func count(_ field: String, isTaken: Bool) {
        let isCounted = counts[field] != nil || counts.count < Self.mostCounted
        let name = isCounted ? field : DomainName.others
        if isTaken {
            counts[name, default: FieldCounts()].values += 1
        } else {
            counts[name, default: FieldCounts()].leftOut += 1
        }
    }

    /// Deletes all that a document has.
    static func delete(document: Int64, _ db: Database) throws {
        let delete = try db.cachedStatement(
            sql: """
                DELETE FROM field_value WHERE document = ?
                AND column IN (SELECT id FROM imported_column WHERE of_documents)
                """)
        try delete.execute(arguments: [document])
    }
}
