import GRDB

extension Store {
    /// Runs `body` in a transaction that is committed when it returns, and undone where it throws.
    ///
    /// - Throws: ``StoreError`` that names the file where the disk is full or fails, the file is
    ///   damaged, or another one is at its path; what `body` throws.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            // Within the turn of the writer, just before and just behind the transaction.
            return try pool.writeWithoutTransaction { db in
                if let replacement { throw replacement }
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(db)
                    return .commit
                }
                if let replacement { throw replacement }
                guard let value else {
                    throw StoreError(
                        .unusable, "store \(path): a transaction ended without a result")
                }
                return value
            }
        } catch let error as DatabaseError {
            guard let hint = Store.hint(for: error) else { throw error }
            throw StoreError(
                .unusable, "cannot write store \(path): \(error.message ?? "\(error)")", hint: hint)
        }
    }

    /// What a user can do about a file or disk that fails; nil for other errors.
    static func hint(for error: DatabaseError) -> String? {
        switch error.resultCode {
        case .SQLITE_BUSY: "another process has the store open; stop it first"
        case .SQLITE_NOTADB: "the file is no SQLite database"
        case .SQLITE_CORRUPT: "the file is damaged; restore a backup"
        case .SQLITE_FULL: "make room on its disk and try again: what was recorded before stands"
        case .SQLITE_IOERR: "look at the disk (dmesg); what was recorded before stands"
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            "the user needs to read and write the file and its folder"
        default: nil
        }
    }
}
