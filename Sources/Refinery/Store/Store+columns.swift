import Foundation
import GRDB

extension Store {
    /// Imported columns that a store may hold.
    private static let mostColumns = 1000

    /// Begins a job that imports a file into a column, which is not whole until the job has
    /// succeeded; returns the job's number.
    ///
    /// - Throws: ``StoreError`` where the column cannot have that name, another file is being
    ///   imported into it or was not imported whole, or there is no such corpus.
    func beginColumn(_ order: ColumnImportJob.Order) throws -> Int64 {
        let name = order.column
        guard Column.canBeImported(name) else {
            throw StoreError(
                .invalid, "no column can be imported as \"\(name.prefix(80))\"",
                hint: "1 to 64 letters, digits, _, - and . that begin with a letter, and no name "
                    + "that columns have already")
        }
        return try write { db in
            _ = try Store.corpusID(order.corpus, db)
            let detail = "column \(name): \(order.file)"
            let other = try Row.fetchOne(
                db,
                sql: """
                    SELECT j.id, j.detail, j.ended FROM imported_column c
                    JOIN job j ON j.id = c.job
                    WHERE c.name = ? AND (j.ended IS NULL OR j.corpus <> ? OR j.detail <> ?)
                    """, arguments: [name, order.corpus, detail])
            if let other {
                let isRunning = (other[2] as Int64?) == nil
                throw StoreError(
                    .refused,
                    "job \(other[0] as Int64), \"\(other[1] as String)\", "
                        + (isRunning ? "is running" : "did not come to its end"),
                    hint: isRunning
                        ? "wait for it, or: refinectl cancel \(other[0] as Int64)"
                        : "import that file again, or delete the column")
            }
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM imported_column") ?? 0
            let job = try Store.beginJob(
                kind: .import, corpus: order.corpus, detail: detail, db)
            try db.execute(
                sql: """
                    INSERT INTO imported_column (name, created, job) VALUES (?1, ?2, ?3)
                    ON CONFLICT (name) DO UPDATE SET job = ?3
                    """, arguments: [name, Store.now(), job])
            let after = try Int.fetchOne(db, sql: "SELECT count(*) FROM imported_column") ?? 0
            guard after == count || count < Store.mostColumns else {
                throw StoreError(
                    .refused, "the store holds \(count) imported columns already",
                    hint: "`refinectl columns delete NAME` deletes one")
            }
            return job
        }
    }

    /// Takes some lines of a column's file, in one transaction.
    func addValues(
        _ lines: [ColumnLine], _ rejects: [Reject], _ order: ColumnImportJob.Order, job: Int64,
        line: Int
    ) throws -> ColumnBatch.Counts {
        try write { db in
            var batch = try ColumnBatch(db, order, job: job)
            for line in lines { try batch.add(line) }
            for reject in rejects { try batch.add(reject) }
            try batch.tally.write(db)
            try Store.updateJob(job, done: Int64(line), total: nil, db)
            return batch.counts
        }
    }

    /// Ends a job that has imported its whole file; a column that got no value goes.
    ///
    /// The answer is what the column's values are, nil for none.
    func finishColumn(
        _ order: ColumnImportJob.Order, sha256: String, job: Int64
    ) throws -> ColumnKind? {
        try write { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, kind FROM imported_column WHERE name = ?",
                arguments: [order.column])
            guard let row else {
                throw StoreError(.notFound, "column \(order.column) was deleted meanwhile")
            }
            let id: Int64 = row[0]
            try Store.finishJob(job, state: .succeeded, db)
            guard let kind = (row[1] as String?).flatMap(ColumnKind.init(rawValue:)) else {
                try db.execute(sql: "DELETE FROM imported_column WHERE id = ?", arguments: [id])
                return nil
            }
            try db.execute(
                sql: """
                    INSERT INTO column_file (column, corpus, file, sha256) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """, arguments: [id, order.corpus, order.file, sha256])
            try db.execute(
                sql: "UPDATE imported_column SET job = NULL WHERE id = ?", arguments: [id])
            return kind
        }
    }

    /// The imported columns, by name.
    public func columns() throws -> [ColumnReport] {
        try pool.read { db in
            let counts = try Row.fetchAll(
                db, sql: "SELECT column, count(*) FROM column_value GROUP BY column")
            let values = Dictionary(
                uniqueKeysWithValues: counts.map { ($0[0] as Int64, $0[1] as Int64) })
            return try Row.fetchAll(
                db, sql: "SELECT id, name, kind, created, job FROM imported_column ORDER BY name"
            ).map { row in
                let id: Int64 = row[0]
                return ColumnReport(
                    name: row[1], kind: row[2], values: values[id] ?? 0, created: row[3],
                    job: row[4], files: try ImportedColumn.files(of: id, db),
                    categories: try Store.categories(of: id, kind: row[2], db))
            }
        }
    }

    private static func categories(
        of column: Int64, kind: String?, _ db: Database
    ) throws -> [ColumnReport.Category] {
        guard kind == ColumnKind.category.rawValue else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT c.name, count(v.value) AS chunks FROM column_category c
                LEFT JOIN (SELECT value FROM column_value WHERE column = ?1) v ON v.value = c.id
                WHERE c.column = ?1 GROUP BY c.id ORDER BY chunks DESC, c.name LIMIT 1000
                """, arguments: [column]
        ).map {
            ColumnReport.Category(
                name: String(decoding: $0[0] as Data, as: UTF8.self), chunks: $0[1])
        }
    }

    /// Deletes an imported column; selections that read it stay as they are.
    ///
    /// - Throws: ``StoreError`` where there is none of that name, or a job imports it.
    public func deleteColumn(_ name: String) throws {
        try write { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT c.id, j.id FROM imported_column c
                    LEFT JOIN job j ON j.id = c.job AND j.ended IS NULL WHERE c.name = ?
                    """, arguments: [name])
            guard let row else {
                throw StoreError(
                    .notFound, "there is no imported column \"\(name)\"",
                    hint: "`refinectl columns` lists them")
            }
            if let job: Int64 = row[1] {
                throw StoreError(
                    .refused, "job \(job) imports column \(name)",
                    hint: "wait for it, or: refinectl cancel \(job)")
            }
            let id: Int64 = row[0]
            for table in ["column_value", "column_category", "column_file"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE column = ?", arguments: [id])
            }
            try db.execute(sql: "DELETE FROM imported_column WHERE id = ?", arguments: [id])
        }
    }

    /// Throws for columns of a rule that the store does not hold whole.
    public func checkColumns(_ rule: SelectionRule) throws {
        try pool.read { try RuleNames($0).checkColumns(rule) }
    }
}
