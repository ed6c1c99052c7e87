import GRDB
import GRDBSQLite

/// Statements that write millions of rows, where GRDB's arguments cost more than SQLite does.
extension RowStream {
    /// SQLite copies what is bound.
    private static var isCopied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// Makes it ready for other values in place of `?`.
    func reset() { sqlite3_reset(handle) }

    /// Puts a number or NULL in place of the `?` with that number; the statement was reset.
    func put(_ value: Int?, at place: CInt) throws {
        try check(
            value.map { sqlite3_bind_int64(handle, place, Int64($0)) }
                ?? sqlite3_bind_null(handle, place))
    }

    /// Puts a number or NULL in place of the `?` with that number; the statement was reset.
    func put(_ value: Double?, at place: CInt) throws {
        try check(
            value.map { sqlite3_bind_double(handle, place, $0) }
                ?? sqlite3_bind_null(handle, place))
    }

    /// Puts text or NULL in place of the `?` with that number; the statement was reset.
    func put(_ value: String?, at place: CInt) throws {
        guard var value else { return try check(sqlite3_bind_null(handle, place)) }
        // SAFETY: SQLite copies the bytes before it returns.
        try check(
            value.withUTF8 { text in
                sqlite3_bind_text(
                    handle, place,
                    UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    CInt(text.count), Self.isCopied)
            })
    }

    /// Puts a hash in place of the `?` with that number; the statement was reset.
    func put(_ value: ContentHash, at place: CInt) throws {
        // SAFETY: SQLite copies the bytes before it returns.
        try check(
            value.bytes.withUnsafeBytes { bytes in
                sqlite3_bind_blob(
                    handle, place, bytes.baseAddress, CInt(bytes.count), Self.isCopied)
            })
    }

    /// Runs a statement that gives no rows.
    ///
    /// - Parameter db: the connection.
    /// - Returns: How many rows it changed.
    /// - Throws: what SQLite says.
    func run(_ db: Database) throws -> Int {
        while try next() {}
        let changes = db.changesCount
        sqlite3_reset(handle)
        return changes
    }
}
