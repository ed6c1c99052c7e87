import GRDB

extension Store {
    /// Deletes a selection, and the retired chunks and documents that no other selection holds.
    ///
    /// - Throws: `RefineryError` where there is none of that row id.
    public func deleteSelection(_ id: Int64) throws {
        try write(.reserve) { db in
            let isThere = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM selection WHERE id = ?)", arguments: [id])
            guard isThere == true else {
                throw RefineryError.missing(.selection, id)
            }
            let held = try Int64.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT c.document FROM selection_chunk k
                    CROSS JOIN chunk c ON c.id = k.chunk WHERE k.selection = ?1 AND c.retired = 1
                    UNION SELECT k.document FROM selection_document k
                    CROSS JOIN document d ON d.id = k.document
                    WHERE k.selection = ?1 AND d.retired = 1
                    """, arguments: [id])
            for table in ["selection_chunk", "selection_document"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE selection = ?", arguments: [id])
            }
            try db.execute(sql: "DELETE FROM selection WHERE id = ?", arguments: [id])
            for document in held { try sweep(document, db) }
            try db.execute(
                sql: """
                    DELETE FROM file WHERE corpus IN (SELECT id FROM corpus WHERE deleted > 0)
                        AND NOT EXISTS (SELECT 1 FROM document d WHERE d.file = file.id);
                    DELETE FROM corpus WHERE deleted > 0
                        AND NOT EXISTS (SELECT 1 FROM file f WHERE f.corpus = corpus.id);
                    """)
        }
    }

    /// Deletes what is retired of a document and held by nobody.
    private func sweep(_ document: Int64, _ db: Database) throws {
        let free = try Int64.fetchAll(
            db,
            sql: """
                SELECT id FROM chunk WHERE document = ?1 AND retired = 1
                AND NOT EXISTS (SELECT 1 FROM selection_chunk k WHERE k.chunk = chunk.id)
                AND NOT EXISTS (SELECT 1 FROM selection_document k WHERE k.document = ?1)
                """, arguments: [document])
        for chunk in free {
            for sql in [
                "DELETE FROM token_nll WHERE chunk = ?",
                "DELETE FROM chunk_summary WHERE chunk = ?", "DELETE FROM score WHERE chunk = ?",
                Store.deleteValuesSQL, "DELETE FROM chunk WHERE id = ?",
            ] { try db.cachedStatement(sql: sql).execute(arguments: [chunk]) }
        }
        let isEmpty = try Bool.fetchOne(
            db, sql: "SELECT NOT EXISTS (SELECT 1 FROM chunk WHERE document = ?)",
            arguments: [document])
        guard isEmpty == true else { return }
        try FieldColumns.delete(document: document, db)
        for sql in [
            "DELETE FROM document_text WHERE document = ?",
            "DELETE FROM document WHERE id = ? AND retired = 1",
        ] { try db.cachedStatement(sql: sql).execute(arguments: [document]) }
    }
}
