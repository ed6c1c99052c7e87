import Foundation
import GRDB

extension Store {
    /// Documents that are not cut yet, ascending by id, at most `limit` and about `maxBytes` of
    /// text; at least one if there is any.
    public func unchunkedDocuments(limit: Int, maxBytes: Int) throws -> [DocumentText] {
        try query { db in
            var texts = try TextReader(Snapshot(db: db))
            var found: [DocumentText] = []
            var bytes = 0
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, bytes FROM document WHERE chunker IS NULL ORDER BY id LIMIT ?
                    """, arguments: [limit])
            while let row = try rows.next() {
                bytes += row[1]
                if bytes > maxBytes, !found.isEmpty { break }
                found.append(DocumentText(id: row[0], text: try texts.text(of: row[0])))
            }
            return found
        }
    }

    /// Records how documents were cut, in one transaction.
    ///
    /// The chunks of a document must join to its text. A chunk whose text stands already becomes
    /// a duplicate of that one; any other is pending for both current models, or unread by a
    /// teacher that reads a share. Documents that are gone or cut already are passed over.
    /// - Parameters:
    ///   - cuts: Documents and their chunks in order; chunk ids ascend in the order given.
    ///   - chunker: Tokenizer digest, maximum and version of the chunker, in one word or line.
    /// - Throws: `RefineryError` where chunks do not join to the text.
    public func addChunks(
        _ cuts: [(document: Int64, chunks: [ChunkCut])], chunker: String
    ) throws {
        try write { db in
            let chunkerID = try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO chunker (description) VALUES (?)
                    ON CONFLICT (description) DO UPDATE SET description = description RETURNING id
                    """, arguments: [chunker])
            guard let chunkerID else { throw RefineryError(.unusable, "cannot record the chunker") }
            var tally = Tally()
            let models = try Store.currentModelIDs(db)
            let limited = try Store.limitedTeacher(db)
            for cut in cuts {
                let find = try db.cachedStatement(
                    sql: "SELECT corpus, bytes FROM document WHERE id = ? AND chunker IS NULL")
                guard let row = try Row.fetchOne(find, arguments: [cut.document]) else { continue }
                let corpus: Int64 = row[0]
                let bytes: Int = row[1]
                try Store.check(cut.chunks, document: cut.document, bytes: bytes)
                for (ordinal, chunk) in cut.chunks.enumerated() {
                    try Store.insert(
                        chunk, ordinal: ordinal, document: cut.document, corpus: corpus,
                        models: models, limited: limited, &tally, db)
                }
                let mark = try db.cachedStatement(
                    sql: "UPDATE document SET chunker = ? WHERE id = ?")
                try mark.execute(arguments: [chunkerID, cut.document])
                tally.add(.unchunked, -1, corpus: corpus)
                tally.add(.unchunkedBytes, -Int64(bytes), corpus: corpus)
            }
            try tally.write(db)
        }
    }

    /// The chunkers (tokenizer, maximum, version) that have cut documents of this store.
    public func chunkers() throws -> [String] {
        try query { db in
            try String.fetchAll(db, sql: "SELECT description FROM chunker ORDER BY id")
        }
    }

    private static func check(_ chunks: [ChunkCut], document: Int64, bytes: Int) throws {
        var end = 0
        for chunk in chunks {
            guard chunk.range.lowerBound == end, !chunk.range.isEmpty, chunk.tokens >= 0,
                chunk.sha256.count == 32
            else {
                throw RefineryError(
                    .invalid, "chunk at byte \(end) of document \(document) does not fit")
            }
            end = chunk.range.upperBound
        }
        guard end == bytes else {
            throw RefineryError(
                .invalid,
                "chunks of document \(document) end at byte \(end) of \(bytes)")
        }
    }

    private static func insert(
        _ chunk: ChunkCut, ordinal: Int, document: Int64, corpus: Int64, models: [Int64],
        limited: Int64?, _ tally: inout Tally, _ db: Database
    ) throws {
        let hash = Data(chunk.sha256)
        let find = try db.cachedStatement(
            sql: """
                SELECT id FROM chunk WHERE sha256 = ? AND duplicate_of IS NULL AND retired = 0
                """)
        let original = try Int64.fetchOne(find, arguments: [hash])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO chunk (document, ordinal, start, "end", tokens, sha256, duplicate_of)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        try insert.execute(
            arguments: [
                document, ordinal, chunk.range.lowerBound, chunk.range.upperBound, chunk.tokens,
                hash, original,
            ])
        let id = db.lastInsertedRowID
        let tokens = Int64(chunk.tokens)
        tally.add(.chunks, 1, corpus: corpus)
        tally.add(.tokens, tokens, corpus: corpus)
        if original != nil {
            tally.add(.duplicates, 1, corpus: corpus)
            return
        }
        let pending = try db.cachedStatement(
            sql: "INSERT INTO pending (chunk, model) VALUES (?, ?)")
        for model in models where model == limited {
            try db.cachedStatement(sql: "INSERT INTO unread (chunk, model) VALUES (?, ?)")
                .execute(arguments: [id, model])
            tally.addUnread(sign: 1, corpus: corpus, model: model)
        }
        for model in models where model != limited {
            try pending.execute(arguments: [id, model])
            tally.addPending(sign: 1, tokens: tokens, corpus: corpus, model: model)
        }
    }
}
