import GRDB
import GRDBSQLite

/// The rows of a query, read number by number without an allocation a row.
///
/// For scans of millions of rows, where GRDB's `Row` costs more than SQLite does.
final class RowStream {
    private let db: Database
    private let statement: Statement
    let handle: OpaquePointer

    /// A query that has not begun.
    init(_ db: Database, sql: String) throws {
        self.db = db
        statement = try db.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    deinit {
        // A read transaction ends only once its statements have.
        sqlite3_reset(handle)
    }

    /// Begins again, with a number in place of the first `?`.
    func begin(_ argument: Int64) throws {
        sqlite3_reset(handle)
        try check(sqlite3_bind_int64(handle, 1, argument))
    }

    /// Puts a number in place of the `?` with that number, from 1, for every time it begins.
    func bind(_ argument: Int64, at place: CInt) throws {
        sqlite3_reset(handle)
        try check(sqlite3_bind_int64(handle, place, argument))
    }

    /// Goes to the next row; false after the last.
    func next() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            try check(code)
            return false
        }
        return false
    }

    /// Ends the query before its last row.
    func end() {
        sqlite3_reset(handle)
    }

    /// A column's integer, 0 of NULL.
    func integer(_ column: CInt) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// A column's integer that must fit 32 bits.
    ///
    /// - Throws: ``RefineryError`` where it does not.
    func small(_ column: CInt) throws -> Int32 {
        guard let value = Int32(exactly: integer(column)) else {
            throw RefineryError(
                .unusable, "the store holds \(integer(column)) where a number of 32 bits belongs",
                hint: "the file is damaged; restore a backup")
        }
        return value
    }

    /// A column's number, NaN of NULL.
    func real(_ column: CInt) -> Double {
        isNull(column) ? .nan : sqlite3_column_double(handle, column)
    }

    /// Whether a column is NULL.
    func isNull(_ column: CInt) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// The bytes of a column, for as long as `body` runs.
    func withBytes<Result>(
        _ column: CInt, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        // SAFETY: SQLite keeps the pointer valid for so many bytes until the statement moves on,
        // which `body` cannot make it do.
        try body(
            UnsafeRawBufferPointer(
                start: sqlite3_column_blob(handle, column),
                count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A copy of a column's bytes.
    func bytes(_ column: CInt) -> [UInt8] {
        withBytes(column) { Array($0) }
    }

    /// Throws what SQLite says where it is no success.
    func check(_ code: CInt) throws {
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
        }
    }
}
