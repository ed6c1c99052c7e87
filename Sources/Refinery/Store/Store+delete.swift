import GRDB

extension Store {
    /// Deletes a corpus: documents, chunks, scores, rejects, counts, in one transaction.
    ///
    /// Documents that a selection holds chunks of are retired instead: they keep text and scores
    /// for that selection's exports and are nowhere else seen or counted. Where a duplicate in
    /// another corpus stands, it takes over the original's scores.
    ///
    /// Where the disk is too full for that transaction it goes in several, as large as fit: each
    /// takes some documents, the last one takes the corpus.
    public func deleteCorpus(_ name: String) throws {
        var batch = Int.max
        while true {
            do {
                if try deleteDocuments(of: name, most: batch) { return }
                pool.writeWithoutTransaction { try? emptyLog($0) }
            } catch let error as RefineryError where error.kind == .full && batch > 1 {
                batch = min(batch, 512) / 2
            }
        }
    }

    /// Deletes the first documents of a corpus in one transaction, and where no more are left the
    /// corpus; says whether it went.
    func deleteDocuments(of name: String, most: Int) throws -> Bool {
        try write(.reserve) { db in
            let corpus = try Int64.fetchOne(
                db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL",
                arguments: [name])
            guard let corpus else {
                throw try Store.missingCorpus(name, db)
            }
            var tally = Tally()
            let removal = DocumentRemoval(db)
            let documents = try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM document WHERE corpus = ? AND retired = 0 ORDER BY id LIMIT ?
                    """, arguments: [corpus, most])
            for document in documents { try removal.remove(document: document, &tally) }
            try tally.write(db)
            guard documents.count < most else { return false }
            try Store.remove(corpus: corpus, db)
            return true
        }
    }

    /// Deletes what is left of a corpus without documents.
    private static func remove(corpus: Int64, _ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM reject WHERE file IN (SELECT id FROM file WHERE corpus = ?);
                DELETE FROM counter WHERE corpus = ?;
                DELETE FROM file WHERE corpus = ?
                    AND NOT EXISTS (SELECT 1 FROM document d WHERE d.file = file.id);
                """, arguments: [corpus, corpus, corpus])
        let isHeld = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM file WHERE corpus = ?)",
            arguments: [corpus])
        if isHeld == true {
            try db.execute(
                sql: "UPDATE corpus SET deleted = ? WHERE id = ?",
                arguments: [Store.now(), corpus])
        } else {
            try db.execute(sql: "DELETE FROM corpus WHERE id = ?", arguments: [corpus])
        }
    }
}
