import GRDB

extension Store {
    /// Takes back the failures of the current models, so that those chunks are scored again.
    ///
    /// In one transaction: the scores `failed` go, and their chunks are pending once more.
    /// - Parameter corpus: Only this corpus; nil takes all of the store.
    /// - Returns: How many (chunk, model) pairs are to be scored again.
    /// - Throws: ``RefineryError`` (notFound) for a corpus that is not there; what SQLite throws.
    @discardableResult
    public func retryFailures(corpus: String? = nil) throws -> Int {
        try write { db in
            if let corpus {
                let isThere = try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM corpus WHERE name = ? AND deleted IS NULL)
                        """, arguments: [corpus])
                guard isThere == true else {
                    throw try Store.missingCorpus(corpus, db)
                }
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT s.chunk, s.model, c.tokens, d.corpus FROM score s
                    JOIN chunk c ON c.id = s.chunk JOIN document d ON d.id = c.document
                    JOIN corpus k ON k.id = d.corpus
                    WHERE s.outcome = 'failed' AND c.duplicate_of IS NULL AND c.retired = 0
                    AND s.model IN (SELECT model FROM model_role WHERE current = 1)
                    AND (?1 IS NULL OR k.name = ?1) ORDER BY s.chunk, s.model
                    """, arguments: [corpus])
            var tally = Tally()
            for row in rows {
                let (chunk, model, tokens, owner): (Int64, Int64, Int64, Int64) = (
                    row[0], row[1], row[2], row[3]
                )
                try db.cachedStatement(sql: "DELETE FROM score WHERE chunk = ? AND model = ?")
                    .execute(arguments: [chunk, model])
                try db.cachedStatement(sql: "INSERT INTO pending (chunk, model) VALUES (?, ?)")
                    .execute(arguments: [chunk, model])
                try tally.addOutcome(
                    "failed", sign: -1, tokens: tokens, corpus: owner, model: model)
                tally.addPending(sign: 1, tokens: tokens, corpus: owner, model: model)
            }
            try tally.write(db)
            return rows.count
        }
    }

    /// Whether the store at `path` holds a score of any model; it may be open elsewhere.
    public static func hasScores(path: String) throws -> Bool {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM score)") == true
        }
    }
}
