import GRDB

extension Store {
    /// Checks the file, its references, `pending` and the counters; reads all of it.
    public func check() throws -> StoreCheck {
        let (damage, dangling) = try query { db in
            let said = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
            var dangling: [String: Int] = [:]
            let rows = try Row.fetchCursor(db, sql: "PRAGMA foreign_key_check")
            while let row = try rows.next() { dangling[row[0], default: 0] += 1 }
            return (said == ["ok"] ? [] : said, dangling)
        }
        guard damage.isEmpty else {
            var found = StoreCheck()
            (found.damage, found.dangling) = (damage, dangling)
            return found
        }
        var found = try checkPending()
        found.dangling = dangling
        return found
    }

    /// Compares `pending` and the counters with what they derive from; reads every chunk.
    public func checkPending() throws -> StoreCheck {
        try query { db in
            var check = StoreCheck()
            check.missing =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM (\(Store.duePending) EXCEPT
                        SELECT chunk, model FROM pending)
                        """) ?? 0
            check.surplus =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM (SELECT chunk, model FROM pending EXCEPT
                        \(Store.duePending))
                        """) ?? 0
            check.surplusUnread =
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM unread u WHERE \(Store.isStaleUnread)") ?? 0
            let due = try Store.dueCounters(db)
            let kept = try Store.counters(db)
            let keys = Set(due.keys).union(kept.keys)
            check.counters = keys.filter { due[$0, default: 0] != kept[$0, default: 0] }
                .map {
                    "corpus \($0.corpus), model \($0.model), \($0.name.rawValue): "
                        + "\(kept[$0, default: 0]), should be \(due[$0, default: 0])"
                }
                .sorted()
            return check
        }
    }

    /// Makes `pending` and the counters again from what they derive from, in one transaction.
    public func rebuildPending() throws {
        try write { db in
            try db.execute(
                sql: """
                    DELETE FROM unread AS u WHERE \(Store.isStaleUnread);
                    DELETE FROM pending;
                    INSERT INTO pending (chunk, model) \(Store.duePending) ORDER BY 1, 2;
                    DELETE FROM counter;
                    """)
            var tally = Tally()
            for (key, value) in try Store.dueCounters(db) {
                tally.add(key.name, value, corpus: key.corpus, model: key.model)
            }
            try tally.write(db)
        }
    }

    /// What `pending` must hold.
    private static let duePending = """
        SELECT c.id AS chunk, r.model AS model FROM chunk c
        CROSS JOIN (SELECT DISTINCT model FROM model_role WHERE current = 1) r
        WHERE c.duplicate_of IS NULL AND c.retired = 0
        AND NOT EXISTS (SELECT 1 FROM score s WHERE s.chunk = c.id AND s.model = r.model)
        AND NOT EXISTS (SELECT 1 FROM unread u WHERE u.chunk = c.id AND u.model = r.model)
        """

    /// Whether a row `u` of `unread` should not be there.
    private static let isStaleUnread = """
        NOT EXISTS (SELECT 1 FROM teacher_share t WHERE t.teacher = u.model)
        OR NOT EXISTS (SELECT 1 FROM chunk c
            WHERE c.id = u.chunk AND c.duplicate_of IS NULL AND c.retired = 0)
        OR EXISTS (SELECT 1 FROM score s WHERE s.chunk = u.chunk AND s.model = u.model)
        """

    /// (name, corpus, model, value) of every counter that is not zero, counted anew.
    private static let counterSQL = """
        WITH d AS (SELECT * FROM document WHERE retired = 0),
        c AS (SELECT chunk.*, d.corpus FROM chunk JOIN d ON d.id = chunk.document
            WHERE chunk.retired = 0)
        SELECT 'documents', corpus, 0, count(*) FROM d GROUP BY corpus
        UNION ALL SELECT 'bytes', corpus, 0, sum(bytes) FROM d GROUP BY corpus
        UNION ALL SELECT 'unchunked', corpus, 0, count(*) FROM d
            WHERE chunker IS NULL GROUP BY corpus
        UNION ALL SELECT 'unchunked_bytes', corpus, 0, sum(bytes) FROM d
            WHERE chunker IS NULL GROUP BY corpus
        UNION ALL SELECT 'rejects', f.corpus, 0, count(*) FROM reject r
            JOIN file f ON f.id = r.file GROUP BY f.corpus
        UNION ALL SELECT 'chunks', corpus, 0, count(*) FROM c GROUP BY corpus
        UNION ALL SELECT 'duplicates', corpus, 0, count(*) FROM c
            WHERE duplicate_of IS NOT NULL GROUP BY corpus
        UNION ALL SELECT 'tokens', corpus, 0, sum(tokens) FROM c GROUP BY corpus
        UNION ALL SELECT s.outcome, c.corpus, s.model, count(*) FROM score s
            JOIN c ON c.id = s.chunk GROUP BY s.outcome, c.corpus, s.model
        UNION ALL SELECT 'done_tokens', c.corpus, s.model, sum(c.tokens) FROM score s
            JOIN c ON c.id = s.chunk GROUP BY c.corpus, s.model
        UNION ALL SELECT 'pending', c.corpus, p.model, count(*) FROM (\(duePending)) p
            JOIN c ON c.id = p.chunk GROUP BY c.corpus, p.model
        UNION ALL SELECT 'pending_tokens', c.corpus, p.model, sum(c.tokens)
            FROM (\(duePending)) p JOIN c ON c.id = p.chunk GROUP BY c.corpus, p.model
        UNION ALL SELECT 'unread', c.corpus, u.model, count(*) FROM unread u
            JOIN c ON c.id = u.chunk GROUP BY c.corpus, u.model
        """

    private static func dueCounters(_ db: Database) throws -> [Tally.Key: Int64] {
        try counters(db, sql: counterSQL)
    }

    private static func counters(_ db: Database) throws -> [Tally.Key: Int64] {
        try counters(db, sql: "SELECT name, corpus, model, value FROM counter")
    }

    private static func counters(_ db: Database, sql: String) throws -> [Tally.Key: Int64] {
        var found: [Tally.Key: Int64] = [:]
        let rows = try Row.fetchCursor(db, sql: sql)
        while let row = try rows.next() {
            guard let name = Tally.Name(rawValue: row[0]) else {
                throw RefineryError(.unusable, "counter holds an unknown name")
            }
            found[Tally.Key(corpus: row[1], model: row[2], name: name)] = row[3]
        }
        return found
    }
}
