import GRDB

extension Store {
    /// Deletes a corpus: documents, chunks, scores, rejects, counts, in one transaction.
    ///
    /// Documents that a selection holds chunks of are retired instead: they keep text and scores
    /// for that selection's exports and are nowhere else seen or counted. Where a duplicate in
    /// another corpus stands, it takes over the original's scores.
    public func deleteCorpus(_ name: String) throws {
        try write { db in
            let corpus = try Int64.fetchOne(
                db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL",
                arguments: [name])
            guard let corpus else {
                throw StoreError(.notFound, "there is no corpus \"\(name)\"")
            }
            var tally = Tally()
            let removal = DocumentRemoval(db)
            let documents = try Int64.fetchAll(
                db, sql: "SELECT id FROM document WHERE corpus = ? AND retired = 0 ORDER BY id",
                arguments: [corpus])
            for document in documents { try removal.remove(document: document, &tally) }
            try tally.write(db)
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
}
