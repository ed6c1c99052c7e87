import GRDB

extension Store {
    /// Records a job, at once running unless `queued`; returns its row id.
    public func beginJob(
        kind: JobKind, corpus: String?, detail: String?, queued: Bool = false
    ) throws -> Int64 {
        try write(.reserve) { db in
            try Store.beginJob(kind: kind, corpus: corpus, detail: detail, queued: queued, db)
        }
    }

    static func beginJob(
        kind: JobKind, corpus: String?, detail: String?, queued: Bool = false, _ db: Database
    ) throws -> Int64 {
        let now = Store.now()
        try db.execute(
            sql: """
                INSERT INTO job (kind, state, corpus, detail, created, started)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                kind.rawValue, (queued ? JobState.queued : .running).rawValue, corpus, detail,
                now, queued ? nil : now,
            ])
        return db.lastInsertedRowID
    }

    /// Turns a queued job into a running one; one that was cancelled meanwhile stays so.
    public func startJob(_ id: Int64) throws {
        try write(.reserve) { db in
            try db.execute(
                sql: """
                    UPDATE job SET state = 'running', started = ? WHERE id = ? AND state = 'queued'
                    """, arguments: [Store.now(), id])
        }
    }

    /// Records how far an unfinished job is.
    public func updateJob(_ id: Int64, done: Int64, total: Int64?) throws {
        try write(.reserve) { try Store.updateJob(id, done: done, total: total, $0) }
    }

    static func updateJob(_ id: Int64, done: Int64, total: Int64?, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE job SET done = ?, total = ? WHERE id = ? AND ended IS NULL",
            arguments: [done, total, id])
    }

    /// Ends a job; one that has ended already stays as it is.
    public func finishJob(_ id: Int64, state: JobState, error: String? = nil) throws {
        guard state.isFinal else {
            throw RefineryError(.invalid, "a job cannot end as \(state.rawValue)")
        }
        try write(.reserve) { try Store.finishJob(id, state: state, error: error, $0) }
    }

    static func finishJob(
        _ id: Int64, state: JobState, error: String? = nil, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE job SET state = ?, ended = ?, error = ? WHERE id = ? AND ended IS NULL
                """,
            arguments: [
                state.rawValue, Store.now(),
                state == .failed ? error ?? "no reason given" : error, id,
            ])
    }

    /// One job, nil where there is none of that id.
    public func job(_ id: Int64) throws -> JobRecord? {
        try query { db in
            try Row.fetchOne(db, sql: "SELECT * FROM job WHERE id = ?", arguments: [id])
                .map(Store.job)
        }
    }

    /// The latest jobs, newest first.
    public func jobs(limit: Int = 1000) throws -> [JobRecord] {
        try query { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM job ORDER BY id DESC LIMIT ?", arguments: [limit]
            ).map(Store.job)
        }
    }

    /// Ends the jobs that an earlier process left open.
    ///
    /// Whoever opens the store is its only process, so theirs is gone.
    func interruptJobs() throws {
        try write(.reserve) { db in
            try db.execute(
                sql: """
                    UPDATE job SET state = 'failed', ended = ?, error =
                        'interrupted: the process ended before the job did'
                    WHERE ended IS NULL
                    """, arguments: [Store.now()])
        }
    }

    private static func job(_ row: Row) throws -> JobRecord {
        guard let kind = JobKind(rawValue: row["kind"]),
            let state = JobState(rawValue: row["state"])
        else { throw RefineryError(.unusable, "job holds an unknown kind or state") }
        return JobRecord(
            id: row["id"], kind: kind, state: state, corpus: row["corpus"], detail: row["detail"],
            created: row["created"], started: row["started"], ended: row["ended"],
            done: row["done"], total: row["total"], error: row["error"])
    }
}
