import Foundation
import GRDB
import GRDBSQLite
import Migrations

extension Store {
    /// Opens, checks and migrates the file, with one writing connection.
    static func open(_ path: String) throws -> DatabasePool {
        try FileSystem.refuseNetwork(path: path)
        try makeFile(path)
        var configuration = Configuration()
        configuration.label = "refinery.store"
        configuration.busyMode = .timeout(5)
        // As many as the daemon has long requests at once, and some for those that are quick.
        configuration.maximumReaderCount = 24
        configuration.prepareDatabase { db in
            // Kept after the last connection closes: without the -wal and -shm files a reader
            // that may not write the folder cannot open the store. Set on every connection,
            // since whichever closes last would delete them.
            var on: CInt = 1
            guard
                sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &on)
                    == SQLITE_OK
            else { throw RefineryError(.unusable, "SQLite refuses to keep the WAL files") }
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try migrate(pool, path: path)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL while it opens the pool, under which a power failure may
                // take back scores that were reported as recorded.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // After a long transaction or reader the WAL shrinks again.
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            }
            for suffix in ["-wal", "-shm"] { chmod(path + suffix, 0o640) }
            return pool
        } catch let error as DatabaseError {
            throw RefineryError(
                .unusable, "cannot open store \(path): \(error.message ?? "\(error)")",
                hint: hint(for: error))
        }
    }

    /// Makes the file with the mode that -wal and -shm will copy; an old file keeps its own.
    static func makeFile(_ path: String) throws {
        // A link that leads nowhere yet: the file is made where it leads.
        let path = FileSystem.followingLinks(path)
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        if descriptor >= 0 {
            fchmod(descriptor, 0o640)  // whatever the umask says
            Foundation.close(descriptor)
        } else if errno != EEXIST {
            let reason = String(cString: strerror(errno))
            throw RefineryError(
                .unusable, "cannot create store \(path): \(reason)",
                hint: "its folder must exist and be writable")
        }
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { db in
                try db.execute(sql: migration.sql)
            }
        }
        let known = Set(migrations.map(\.name))
        let (applied, foreign) = try pool.read { db in
            // A kill while a store was made leaves the migrator's own table, and nothing in it.
            let tables = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations')
                    """)
            let applied = try migrator.appliedIdentifiers(db)
            return (applied, applied.isEmpty && tables == true)
        }
        if foreign {
            throw RefineryError(
                .unusable, "\(path) is a SQLite database, but not a refinery store",
                hint: "name a file that does not exist yet, or the store itself")
        }
        if let newest = applied.subtracting(known).sorted().last {
            throw RefineryError(
                .unusable,
                "store \(path) is newer than this binary: it has \(newest), which this binary "
                    + "does not know (up to \(migrations.last?.name ?? "none"))",
                hint: "use the refinery version that wrote it, or a later one")
        }
        try migrator.migrate(pool)
    }
}
