import GRDB

extension Store {
    private static let shardKey = "shard"

    /// Takes the store for the scoring of one shard, or finds that it was taken for the same one.
    ///
    /// - Parameter mark: what tells the shard from all others.
    /// - Throws: ``RefineryError`` (refused) where the store is another shard's, or holds documents
    ///   and is no shard's.
    public func takeForShard(_ mark: String) throws {
        try write { db in
            let found = try String.fetchOne(
                db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [Self.shardKey])
            if found == mark { return }
            if found != nil {
                throw RefineryError(
                    .refused, "the store \(path) holds another shard",
                    hint: "name another with --store, or delete it: a scratch store serves one "
                        + "score file")
            }
            let isUsed = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM corpus) OR EXISTS (SELECT 1 FROM model)")
            guard isUsed == false else {
                throw RefineryError(
                    .refused, "the store \(path) is in use for other work: it is no scratch store",
                    hint: "name a file that does not exist yet with --store")
            }
            try db.execute(
                sql: "INSERT INTO meta (key, value) VALUES (?, ?)",
                arguments: [Self.shardKey, mark])
        }
    }
}
