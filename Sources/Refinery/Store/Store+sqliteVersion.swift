import GRDB

extension Store {
    /// The version of the SQLite library that this process runs with.
    public static var sqliteVersion: String {
        (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") })
            ?? "unknown"
    }
}
