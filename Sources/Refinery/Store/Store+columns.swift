import Foundation
import GRDB

extension Store {
    /// Imported columns that a store may hold.
    private static let mostColumns = 1000

    /// Begins a job that imports a file into a column, which is not whole until the job has
    /// succeeded.
    ///
    /// The answer is the claim on the column, the job's number, and what an import that broke off
    /// has brought.
    /// - Throws: ``RefineryError`` where the column cannot have that name, another import is at work
    ///   on it, or there is no such corpus.
    func beginColumn(
        _ file: ColumnFile
    ) throws -> (NameClaims.Claim, job: Int64, ColumnProgress) {
        try Column.checkImportable(file.column)
        let claim = try claim(file.column)
        return try write { db in
            guard let corpus = try Store.corpusID(file.corpus, db) else {
                throw RefineryError.missing(.corpus, file.corpus)
            }
            let broken = try Row.fetchOne(
                db,
                sql: """
                    SELECT lines, digest, job FROM imported_column
                    WHERE name = ? AND job IS NOT NULL
                    """, arguments: [file.column])
            // One that could not even record its end.
            if let broken { try Store.finishJob(broken[2], state: .failed, db) }
            let job = try Store.beginJob(
                kind: .import, corpus: file.corpus, detail: file.title, db)
            if let broken {
                try db.execute(
                    sql: "UPDATE imported_column SET job = ? WHERE name = ?",
                    arguments: [job, file.column])
                return (claim, job, ColumnProgress(lines: broken[0], digest: broken[1]))
            }
            try Store.beginAnew(file, corpus: corpus, job: job, db)
            return (claim, job, ColumnProgress())
        }
    }

    /// Makes the column, where it is not there, and forgets the rejects of its file.
    private static func beginAnew(
        _ file: ColumnFile, corpus: Int64, job: Int64, _ db: Database
    ) throws {
        guard try hasRoomForColumn(besides: file.column, db) else {
            throw RefineryError(
                .refused, "the store holds \(mostColumns) imported columns already",
                hint: "`refinectl columns delete NAME` deletes one")
        }
        try db.execute(
            sql: """
                INSERT INTO imported_column (name, created, job) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET job = ?3, lines = 0, digest = ''
                """, arguments: [file.column, now(), job])
        let rejects = try RejectRows(db, corpus: corpus, file: file.title, job: job)
        var tally = Tally()
        try rejects.removeAll(&tally)
        try tally.write(db)
    }

    /// Whether the store takes one more column; that named `besides` counts for none.
    static func hasRoomForColumn(besides name: String = "", _ db: Database) throws -> Bool {
        let count = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM imported_column WHERE name <> ?", arguments: [name])
        return count ?? 0 < mostColumns
    }

    private func claim(_ name: String) throws -> NameClaims.Claim {
        guard let claim = importing.claim(name) else {
            throw RefineryError(
                .refused, "values are coming into column \(name)",
                hint: "wait for the job, or cancel it; `refinectl jobs` lists it")
        }
        return claim
    }

    /// Takes some lines of a column's file, in one transaction.
    func addValues(
        _ lines: [ColumnLine], _ rejects: [Reject], _ file: ColumnFile, job: Int64,
        _ progress: ColumnProgress
    ) throws -> ColumnBatch.Counts {
        try write { db in
            var batch = try ColumnBatch(db, file, job: job)
            for line in lines { try batch.add(line) }
            for reject in rejects { try batch.add(reject) }
            try batch.tally.write(db)
            try db.execute(
                sql: "UPDATE imported_column SET lines = ?, digest = ? WHERE name = ?",
                arguments: [progress.lines, progress.digest, file.column])
            try Store.updateJob(job, done: Int64(progress.lines), total: nil, db)
            return batch.counts
        }
    }

    /// Ends a job that has imported its whole file; a column that got no value goes.
    ///
    /// The answer is what the column's values are, nil for none.
    func finishColumn(
        _ file: ColumnFile, job: Int64, sha256: String, hasValues: Bool
    ) throws -> ColumnKind? {
        try write { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, kind FROM imported_column WHERE name = ?",
                arguments: [file.column])
            guard let row else {
                throw RefineryError(.notFound, "there is no column \(file.column) any more")
            }
            let id: Int64 = row[0]
            try Store.finishJob(job, state: .succeeded, db)
            guard let kind = (row[1] as String?).flatMap(ColumnKind.init(rawValue:)) else {
                try db.execute(sql: "DELETE FROM imported_column WHERE id = ?", arguments: [id])
                return nil
            }
            if hasValues {
                try db.execute(
                    sql: """
                        INSERT INTO column_file (column, corpus, file, sha256) VALUES (?, ?, ?, ?)
                        ON CONFLICT DO NOTHING
                        """, arguments: [id, file.corpus, file.file, sha256])
            }
            try db.execute(
                sql: "UPDATE imported_column SET job = NULL, lines = 0, digest = '' WHERE id = ?",
                arguments: [id])
            return kind
        }
    }

    /// The imported columns, by name; of the one that is asked for also its largest categories.
    public func columns(named name: String? = nil) throws -> [ColumnReport] {
        try query { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, name, kind, created, job,
                        CASE WHEN of_documents
                            THEN (SELECT count(*) FROM field_value v WHERE v.column = c.id)
                            ELSE (SELECT count(*) FROM column_value v WHERE v.column = c.id) END,
                        (SELECT count(*) FROM column_category g WHERE g.column = c.id),
                        of_documents
                    FROM imported_column c WHERE ?1 IS NULL OR name = ?1 ORDER BY name
                    """, arguments: [name]
            ).map { row in
                let id: Int64 = row[0]
                return ColumnReport(
                    name: row[1], kind: (row[2] as String?).flatMap(ColumnKind.init(rawValue:)),
                    values: row[5], created: row[3], job: row[4],
                    files: try Snapshot(db: db).files(ofColumn: id),
                    unit: row[7] ? .document : .chunk, categories: row[6],
                    largest: name == nil ? nil : try Store.largestCategories(of: id, db))
            }
        }
    }

    private static func largestCategories(
        of column: Int64, _ db: Database
    ) throws -> [ColumnReport.Category] {
        // A value is a category's row id; numbers have no categories.
        let counts = try Row.fetchAll(
            db,
            sql: """
                SELECT g.name, n.chunks FROM (
                    SELECT value, count(*) AS chunks FROM (
                        SELECT value FROM column_value WHERE column = ?1
                        UNION ALL SELECT value FROM field_value WHERE column = ?1
                    ) WHERE EXISTS (SELECT 1 FROM column_category WHERE column = ?1)
                    GROUP BY value
                ) n CROSS JOIN column_category g ON g.id = CAST(n.value AS INTEGER)
                ORDER BY n.chunks DESC, g.name LIMIT 1000
                """, arguments: [column])
        return counts.map {
            ColumnReport.Category(
                name: String(decoding: $0[0] as Data, as: UTF8.self), chunks: $0[1])
        }
    }

    /// Deletes an imported column; selections that read it stay as they are.
    ///
    /// - Throws: ``RefineryError`` where there is none of that name, or a job imports it.
    public func deleteColumn(_ name: String) throws {
        let claim = try claim(name)
        defer { withExtendedLifetime(claim) {} }
        try write(.reserve) { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, job FROM imported_column WHERE name = ?", arguments: [name])
            guard let row else {
                let names = try String.fetchAll(
                    db, sql: "SELECT name FROM imported_column LIMIT 10000")
                throw RefineryError.missing(.column, name, among: names)
            }
            if name.hasPrefix(Column.fieldPrefix) { try Store.refuseWhileImporting(db) }
            if let job: Int64 = row[1] { try Store.finishJob(job, state: .failed, db) }
            let id: Int64 = row[0]
            for table in ["column_value", "field_value", "column_category", "column_file"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE column = ?", arguments: [id])
            }
            try db.execute(sql: "DELETE FROM imported_column WHERE id = ?", arguments: [id])
        }
    }

    /// An import would make a field's column anew, with the documents that it has yet to take alone.
    private static func refuseWhileImporting(_ db: Database) throws {
        let job = try Int64.fetchOne(
            db, sql: "SELECT id FROM job WHERE kind = 'import' AND state = 'running' LIMIT 1")
        guard let job else { return }
        throw RefineryError(
            .refused, "job \(job) is importing documents, which may have the field",
            hint: "wait for the job, or cancel it; `refinectl jobs` lists it")
    }

    /// Deletes what a chunk that goes has in imported columns.
    static let deleteValuesSQL = """
        DELETE FROM column_value
        WHERE chunk = ? AND column IN (SELECT id FROM imported_column)
        """
}
