import GRDB

extension Store {
    private static let pauseKey = "paused"

    /// Whether somebody has paused scoring, in this process or an earlier one.
    ///
    /// - Throws: ``RefineryError`` where the store cannot be read.
    public func isPaused() throws -> Bool {
        try query { db in
            try String.fetchOne(
                db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.pauseKey]) == "1"
        }
    }

    /// Records whether scoring is paused.
    ///
    /// - Parameter isPaused: true until somebody resumes it.
    /// - Throws: ``RefineryError`` where the store cannot be written.
    public func setPaused(_ isPaused: Bool) throws {
        try write(.reserve) { db in
            try db.execute(
                sql: """
                    INSERT INTO meta (key, value) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """, arguments: [Self.pauseKey, isPaused ? "1" : "0"])
        }
    }
}
