import GRDB

extension Snapshot {
    /// The most tokens that a model scored of one chunk; 0 where it scored none.
    func mostTokens(scoredBy model: Int64) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT max(tokens) FROM score WHERE model = ?", arguments: [model]) ?? 0
    }
}
