import Foundation
import GRDB

/// Records the rejected lines of one file.
struct RejectRows {
    /// Row id in `file`.
    let file: Int64

    private let db: Database
    private let corpus: Int64
    private let job: Int64

    /// Finds or makes the file's row.
    init(_ db: Database, corpus: Int64, file: String, job: Int64) throws {
        let id = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO file (corpus, path) VALUES (?, ?)
                ON CONFLICT (corpus, path) DO UPDATE SET path = path RETURNING id
                """, arguments: [corpus, file])
        guard let id else { throw RefineryError(.unusable, "cannot record file \(file)") }
        self.db = db
        self.corpus = corpus
        self.job = job
        self.file = id
    }

    /// Forgets what is recorded of the file.
    func removeAll(_ tally: inout Tally) throws {
        try db.execute(sql: "DELETE FROM reject WHERE file = ?", arguments: [file])
        tally.add(.rejects, -Int64(db.changesCount), corpus: corpus)
    }

    /// Records a reject, unless it is recorded already.
    func add(_ reject: Reject, _ tally: inout Tally) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO reject (file, line, document, reason, detail, job)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (file, line, reason) DO NOTHING
                """)
        try statement.execute(
            arguments: [
                file, reject.line, reject.id.map { Data($0) }, reject.reason.rawValue,
                reject.detail, job,
            ])
        if db.changesCount == 1 { tally.add(.rejects, 1, corpus: corpus) }
    }
}
