import Foundation
import GRDB
import GRDBSQLite

extension Store {
    /// What a transaction may take on a full disk.
    enum WriteUse {
        /// Whatever there is beyond the reserve: documents, chunks, scores, selections.
        case growth
        /// The reserve too: what makes room, and the few rows that say how something ended.
        case reserve
    }

    /// Runs `body` in a transaction that is committed when it returns, and undone where it throws.
    ///
    /// - Throws: ``RefineryError`` that names the file where the disk is full or fails, the file is
    ///   damaged or locked, or another one is at its path; what `body` throws.
    func write<Value>(
        _ use: WriteUse = .growth, _ body: (Database) throws -> Value
    ) throws -> Value {
        do {
            // Within the turn of the writer, just before and just behind the transaction.
            return try pool.writeWithoutTransaction { db in
                if let replacement { throw replacement }
                if use == .growth, room.isFull { try makeRoom(db) }
                let value: Value
                do {
                    value = try transaction(db, body)
                } catch let error as RefineryError where error.kind == .full {
                    room.giveUp()
                    guard use == .reserve else { throw error }
                    try? emptyLog(db)
                    value = try transaction(db, body)
                }
                if let replacement { throw replacement }
                return value
            }
        } catch let error as DatabaseError {
            throw failure(error, "write", nil)
        }
    }

    private func transaction<Value>(
        _ db: Database, _ body: (Database) throws -> Value
    ) throws -> Value {
        do {
            var value: Value?
            try db.inTransaction(.immediate) {
                value = try body(db)
                return .commit
            }
            guard let value else {
                throw RefineryError(
                    .unusable, "store \(path): a transaction ended without a result")
            }
            return value
        } catch let error as DatabaseError {
            throw failure(error, "write", db)
        }
    }

    /// Sees after a full disk whether there is room again, and makes the reserve anew.
    ///
    /// Pages of the file that a deletion has freed are room, too.
    ///
    /// - Throws: ``RefineryError`` of kind `full` where there is none.
    private func makeRoom(_ db: Database) throws {
        if room.restore() { return }
        try? emptyLog(db)
        if room.restore() { return }
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let page = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        guard free * page >= StoreRoom.reserveBytes, room.freeBytes >= StoreRoom.reserveBytes / 2
        else {
            throw RefineryError(
                .full, "cannot write store \(path): the disk is full",
                hint: "make room on its disk, \(2 * StoreRoom.reserveBytes >> 20) MB at the least, "
                    + "or `refinectl delete` a corpus: what was recorded before stands")
        }
    }

    /// Brings what is in the log into the file, and gives the log's room back to the disk.
    func emptyLog(_ db: Database) throws {
        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// What SQLite says, with the store's path and what to do about it.
    func failure(_ error: DatabaseError, _ verb: String, _ db: Database?) -> any Error {
        let code = db.map { sqlite3_system_errno($0.sqliteConnection) } ?? 0
        switch error.resultCode {
        case .SQLITE_FULL:
            return isFull(ENOSPC, verb)
        case .SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(code):
            return isFull(code, verb)
        case .SQLITE_BUSY:
            return isLocked(verb)
        default:
            guard let hint = Store.hint(for: error) else { return error }
            return RefineryError(
                .unusable, "cannot \(verb) store \(path): \(error.message ?? "\(error)")",
                hint: hint)
        }
    }

    private func isFull(_ code: CInt, _ verb: String) -> RefineryError {
        let reason =
            switch code {
            case EDQUOT: "the user's disk quota is used up"
            case EFBIG: "a file may not grow that far (ulimit -f, or the file system's limit)"
            default: "the disk is full"
            }
        // What SQLite sorts lies elsewhere, maybe on another disk.
        let isElsewhere = code == ENOSPC && room.freeBytes > StoreRoom.reserveBytes
        return RefineryError(
            .full, "cannot \(verb) store \(path): \(reason)",
            hint: isElsewhere
                ? "make room where SQLite sorts: SQLITE_TMPDIR, TMPDIR, /var/tmp or /tmp"
                : "make room on its disk, or `refinectl delete` a corpus: what was recorded "
                    + "before stands")
    }

    private func isLocked(_ verb: String) -> RefineryError {
        let holder = FileLocks.writer(ofStore: path)
        return RefineryError(
            .locked,
            "cannot \(verb) store \(path): "
                + (holder.map { "\($0) holds its lock" } ?? "another process holds its lock"),
            hint: "end its transaction: only the daemon may write, others open with mode=ro")
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
