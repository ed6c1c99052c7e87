import Foundation
import GRDB

/// Turns values into the numbers that the store holds: a category becomes its row id.
///
/// It lives within one transaction.
struct ColumnEncoder {
    /// Categories that a column may have.
    static let mostCategories = 1 << 16

    /// The column's row id.
    let column: Int64
    /// What its values are; nil until one has come.
    private(set) var kind: ColumnKind?

    private let db: Database
    private var categories: [[UInt8]: Int64] = [:]
    /// How many the column has; counted when a new one comes.
    private var categoryCount: Int?

    /// An encoder of a column whose values are of that kind so far.
    init(_ db: Database, column: Int64, kind: ColumnKind?) {
        self.db = db
        self.column = column
        self.kind = kind
    }

    /// The value as it is stored; nil where there are too many categories.
    ///
    /// The first value says what the others are; one of another kind must not come here.
    mutating func number(_ value: ColumnValue) throws -> Double? {
        if kind == nil {
            kind = value.kind
            try db.execute(
                sql: "UPDATE imported_column SET kind = ? WHERE id = ?",
                arguments: [value.kind.rawValue, column])
        }
        switch value {
        case .number(let number): return number
        case .category(let name): return try categoryID(name).map(Double.init)
        }
    }

    private mutating func categoryID(_ name: [UInt8]) throws -> Int64? {
        if let id = categories[name] { return id }
        let find = try db.cachedStatement(
            sql: "SELECT id FROM column_category WHERE column = ? AND name = ?")
        if let known = try Int64.fetchOne(find, arguments: [column, Data(name)]) {
            categories[name] = known
            return known
        }
        let count = try categoryCount ?? countCategories()
        categoryCount = count
        guard count < Self.mostCategories else { return nil }
        categoryCount = count + 1
        let insert = try db.cachedStatement(
            sql: "INSERT INTO column_category (column, name) VALUES (?, ?)")
        try insert.execute(arguments: [column, Data(name)])
        categories[name] = db.lastInsertedRowID
        return db.lastInsertedRowID
    }

    private func countCategories() throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM column_category WHERE column = ?", arguments: [column])
            ?? 0
    }
}
