import GRDB

/// Takes documents out of a corpus.
///
/// Chunks that a selection holds are retired, not deleted: they keep text and scores for that
/// selection's exports, and are neither counted nor candidates nor originals any more. Where an
/// original goes, its lowest duplicate becomes the original and takes over its scores.
struct DocumentRemoval {
    private struct Chunk {
        let id: Int64
        let original: Int64?
        let tokens: Int64
        let isHeld: Bool
    }

    private let db: Database

    /// A removal within a write transaction.
    init(_ db: Database) {
        self.db = db
    }

    /// Removes one document.
    func remove(document: Int64, _ tally: inout Tally) throws {
        let find = try db.cachedStatement(
            sql: "SELECT corpus, bytes, chunker IS NULL FROM document WHERE id = ? AND retired = 0")
        guard let row = try Row.fetchOne(find, arguments: [document]) else { return }
        let corpus: Int64 = row[0]
        let bytes: Int64 = row[1]
        tally.add(.documents, -1, corpus: corpus)
        tally.add(.bytes, -bytes, corpus: corpus)
        if row[2] {
            tally.add(.unchunked, -1, corpus: corpus)
            tally.add(.unchunkedBytes, -bytes, corpus: corpus)
        }
        let chunks = try self.chunks(of: document)
        // duplicates first, so that none within the document is promoted
        for chunk in chunks where chunk.original != nil {
            try removeDuplicate(chunk, corpus: corpus, &tally)
        }
        for chunk in chunks where chunk.original == nil {
            try removeOriginal(chunk, corpus: corpus, &tally)
        }
        if chunks.contains(where: \.isHeld) {
            try execute("UPDATE document SET retired = 1 WHERE id = ?", [document])
        } else {
            try FieldColumns.delete(document: document, db)
            try execute("DELETE FROM document_text WHERE document = ?", [document])
            try execute("DELETE FROM document WHERE id = ?", [document])
        }
    }

    private func chunks(of document: Int64) throws -> [Chunk] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, duplicate_of, tokens,
                    EXISTS (SELECT 1 FROM selection_chunk s WHERE s.chunk = chunk.id)
                    OR EXISTS (SELECT 1 FROM selection_document s WHERE s.document = ?1)
                FROM chunk WHERE document = ?1 ORDER BY id
                """)
        return try Row.fetchAll(statement, arguments: [document]).map {
            Chunk(id: $0[0], original: $0[1], tokens: $0[2], isHeld: $0[3])
        }
    }

    private func removeDuplicate(_ chunk: Chunk, corpus: Int64, _ tally: inout Tally) throws {
        tally.add(.chunks, -1, corpus: corpus)
        tally.add(.duplicates, -1, corpus: corpus)
        tally.add(.tokens, -chunk.tokens, corpus: corpus)
        if chunk.isHeld, let original = chunk.original {
            try copyScores(from: original, to: chunk.id)
            try execute(
                "UPDATE chunk SET duplicate_of = NULL, retired = 1 WHERE id = ?", [chunk.id])
        } else {
            try execute(Store.deleteValuesSQL, [chunk.id])
            try execute("DELETE FROM chunk WHERE id = ?", [chunk.id])
        }
    }

    private func removeOriginal(_ chunk: Chunk, corpus: Int64, _ tally: inout Tally) throws {
        tally.add(.chunks, -1, corpus: corpus)
        tally.add(.tokens, -chunk.tokens, corpus: corpus)
        try count(chunk, sign: -1, corpus: corpus, &tally)
        let find = try db.cachedStatement(
            sql: """
                SELECT c.id, d.corpus, c.tokens FROM chunk c JOIN document d ON d.id = c.document
                WHERE c.duplicate_of = ? ORDER BY c.id LIMIT 1
                """)
        let successor = try Row.fetchOne(find, arguments: [chunk.id]).map {
            (
                chunk: Chunk(id: $0[0], original: nil, tokens: $0[2], isHeld: false),
                corpus: $0[1] as Int64
            )
        }
        try execute("UPDATE chunk SET retired = 1 WHERE id = ?", [chunk.id])
        if let successor {
            let id = successor.chunk.id
            // All of its duplicates keep the values that they have had by it.
            try execute(
                """
                INSERT INTO column_value SELECT v.column, c.id, v.value FROM imported_column i
                CROSS JOIN column_value v ON v.column = i.id AND v.chunk = ?1
                CROSS JOIN chunk c ON c.duplicate_of = ?1
                WHERE true ON CONFLICT DO NOTHING
                """, [chunk.id])
            try execute("UPDATE chunk SET duplicate_of = NULL WHERE id = ?", [id])
            try execute("UPDATE chunk SET duplicate_of = ? WHERE duplicate_of = ?", [id, chunk.id])
            try copyScores(from: chunk.id, to: id)
            try execute("UPDATE pending SET chunk = ? WHERE chunk = ?", [id, chunk.id])
            try execute("UPDATE unread SET chunk = ? WHERE chunk = ?", [id, chunk.id])
            tally.add(.duplicates, -1, corpus: successor.corpus)
            try count(successor.chunk, sign: 1, corpus: successor.corpus, &tally)
        } else {
            try execute("DELETE FROM pending WHERE chunk = ?", [chunk.id])
            try execute("DELETE FROM unread WHERE chunk = ?", [chunk.id])
        }
        if !chunk.isHeld {
            try execute("DELETE FROM chunk_summary WHERE chunk = ?", [chunk.id])
            try execute("DELETE FROM token_nll WHERE chunk = ?", [chunk.id])
            try execute("DELETE FROM score WHERE chunk = ?", [chunk.id])
            try execute(Store.deleteValuesSQL, [chunk.id])
            try execute("DELETE FROM chunk WHERE id = ?", [chunk.id])
        }
    }

    /// Counts a chunk's scores, pending and unread rows in or out.
    private func count(
        _ chunk: Chunk, sign: Int64, corpus: Int64, _ tally: inout Tally
    ) throws {
        let scores = try db.cachedStatement(sql: "SELECT model, outcome FROM score WHERE chunk = ?")
        for row in try Row.fetchAll(scores, arguments: [chunk.id]) {
            try tally.addOutcome(
                row[1], sign: sign, tokens: chunk.tokens, corpus: corpus, model: row[0])
        }
        let pending = try db.cachedStatement(sql: "SELECT model FROM pending WHERE chunk = ?")
        for model in try Int64.fetchAll(pending, arguments: [chunk.id]) {
            tally.addPending(sign: sign, tokens: chunk.tokens, corpus: corpus, model: model)
        }
        let unread = try db.cachedStatement(sql: "SELECT model FROM unread WHERE chunk = ?")
        for model in try Int64.fetchAll(unread, arguments: [chunk.id]) {
            tally.addUnread(sign: sign, corpus: corpus, model: model)
        }
    }

    private func copyScores(from source: Int64, to target: Int64) throws {
        try execute(
            """
            INSERT INTO score (chunk, model, outcome, reason, \(ScoreSums.columns),
                shard, line, ordinal)
            SELECT ?, model, outcome, reason, \(ScoreSums.columns), shard, line, ordinal
            FROM score WHERE chunk = ?
            """, [target, source])
        try execute(
            "INSERT INTO token_nll SELECT ?, model, nll16 FROM token_nll WHERE chunk = ?",
            [target, source])
        try execute(
            "INSERT INTO chunk_summary SELECT ?, model, summary FROM chunk_summary WHERE chunk = ?",
            [target, source])
        // A duplicate may have values of its own.
        try execute(
            """
            INSERT INTO column_value SELECT v.column, ?, v.value FROM imported_column i
            CROSS JOIN column_value v ON v.column = i.id AND v.chunk = ?
            WHERE true ON CONFLICT DO NOTHING
            """, [target, source])
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
