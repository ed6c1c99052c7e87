import Foundation
import GRDB
import Migrations

/// The one owner of the database: documents, chunks, scores, what is pending, selections.
///
/// Only one process may have a store open at a time; whoever makes a `Store` holds the lock file
/// beside it. All methods block and may be called from any thread, never from Swift's
/// cooperative pool. Writes take turns; reads run beside them on snapshots.
public final class Store: Sendable {
    /// The file.
    public let path: String

    /// One writing connection and a few that read.
    let pool: DatabasePool
    /// The file that was opened, whatever its path leads to later.
    private let opened: FileID?
    /// Its room on the disk.
    let room: StoreRoom
    /// The imported columns that values are coming into.
    let importing = NameClaims()

    /// Opens the store at `path`, making and migrating it as needed.
    ///
    /// With `keepsReserve` a file beside the store keeps some room for the day that the disk is
    /// full, so that a deletion still works then.
    ///
    /// - Throws: `RefineryError` for a store newer than this binary, a network file system, or a
    ///   file that is no store.
    public init(path: String, keepsReserve: Bool = false) throws {
        self.path = path
        pool = try Store.open(path)
        opened = FileID(path: path)
        room = StoreRoom(
            store: try FileSystem.resolved(store: path), keepsReserve: keepsReserve)
        try interruptJobs()
    }

    /// Closes the connections: later calls throw, the WAL files stay for readers, emptied.
    public func close() throws {
        // The last connection to close may be a reading one, which would leave the WAL as it is.
        // A reader outside may hold it up: then its content stays where it is, and is read there.
        // As SQL, since GRDB's `checkpoint` crashes on a connection that is closed already.
        try? pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try pool.close()
    }

    /// Why nothing more is recorded: the file at the path is not the one that was opened.
    ///
    /// What is written to a file that was deleted is gone when this process ends.
    public var replacement: RefineryError? {
        let found = FileID(path: path)
        guard found != opened else { return nil }
        return RefineryError(
            .unusable,
            "the store's file \(path) was \(found == nil ? "deleted or moved" : "replaced") while "
                + "process \(getpid()) had it open: nothing more is recorded",
            hint: "bring the file back to its path, or stop the process and start it on a backup")
    }

    /// Where files lie that are too large for memory.
    public var folder: String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    /// The row id of a corpus; nil for none.
    ///
    /// - Throws: ``RefineryError`` where there is none of that name.
    static func corpusID(_ name: String?, _ db: Database) throws -> Int64? {
        guard let name else { return nil }
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL", arguments: [name])
        guard let id else { throw try missingCorpus(name, db) }
        return id
    }

    /// That there is no corpus of that name, with the one that may have been meant.
    static func missingCorpus(_ name: String, _ db: Database) throws -> RefineryError {
        let names = try String.fetchAll(
            db, sql: "SELECT name FROM corpus WHERE deleted IS NULL LIMIT 10000")
        return .missing(.corpus, name, among: names)
    }

    /// Milliseconds since 1970, UTC.
    static func now() -> Int64 {
        Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))
    }
}
