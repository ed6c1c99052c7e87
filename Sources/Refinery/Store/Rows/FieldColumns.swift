import Foundation
import GRDB

/// One transaction's values of documents' fields, each field a column that is made where it is new.
struct FieldColumns {
    /// What became of them, by the field's name.
    private(set) var counts: [String: FieldCounts] = [:]

    private let db: Database
    private var columns: [String: ColumnEncoder] = [:]

    /// Has taken nothing yet.
    init(_ db: Database) {
        self.db = db
    }

    /// Takes a document's values.
    ///
    /// - Parameters:
    ///   - values: what the document has.
    ///   - document: its row id.
    ///   - replaces: whether a value takes the place of one that is there.
    /// - Throws: ``RefineryError`` where the store takes no more columns, or an imported one has a
    ///   field's name.
    mutating func add(_ values: [FieldValue], document: Int64, replaces: Bool) throws {
        for field in values {
            guard let value = field.value else {
                counts[field.name, default: FieldCounts()].leftOut += 1
                continue
            }
            var column = try columns[field.name] ?? column(field.name)
            let isTaken = column.kind == nil || column.kind == value.kind
            let number = isTaken ? try column.number(value) : nil
            columns[field.name] = column
            guard let number else {
                counts[field.name, default: FieldCounts()].leftOut += 1
                continue
            }
            let write = try db.cachedStatement(
                sql: """
                    INSERT INTO field_value (column, document, value) VALUES (?1, ?2, ?3)
                    ON CONFLICT (column, document) DO UPDATE SET value = ?3 WHERE ?4
                    """)
            try write.execute(arguments: [column.column, document, number, replaces])
            counts[field.name, default: FieldCounts()].values += 1
        }
    }

    /// Finds the field's column, or makes it.
    private func column(_ field: String) throws -> ColumnEncoder {
        let name = Column.fieldPrefix + field
        let row = try Row.fetchOne(
            db, sql: "SELECT id, kind, of_documents FROM imported_column WHERE name = ?",
            arguments: [name])
        if let row {
            guard row[2] else {
                throw RefineryError(
                    .refused,
                    "column \(name) was imported from a file, so no field can be kept there",
                    hint: "refinectl columns delete \(name) deletes it")
            }
            return ColumnEncoder(
                db, column: row[0], kind: (row[1] as String?).flatMap(ColumnKind.init(rawValue:)))
        }
        try Store.checkColumnCount(db)
        try db.execute(
            sql: "INSERT INTO imported_column (name, created, of_documents) VALUES (?, ?, 1)",
            arguments: [name, Store.now()])
        return ColumnEncoder(db, column: db.lastInsertedRowID, kind: nil)
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

extension Store {
    /// The fields that have a column, which later imports keep as well.
    func keptFields() throws -> [String] {
        try query { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT substr(name, ?) FROM imported_column WHERE of_documents ORDER BY name
                    """, arguments: [Column.fieldPrefix.utf8.count + 1])
        }
    }
}
