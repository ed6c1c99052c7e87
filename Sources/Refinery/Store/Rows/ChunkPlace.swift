import Foundation
import GRDB

/// What names a chunk for people.
struct ChunkLabel {
    /// The document's id.
    let document: [UInt8]
    /// Which chunk of the document, from 0.
    let ordinal: Int
    /// The document's domain.
    let domain: [UInt8]?
    /// The chunk's bytes in the document's text.
    let range: Range<Int>
    /// Bytes of the document's text.
    let bytes: Int
}

/// A chunk's row and its document's.
struct ChunkPlace {
    /// Row id in `chunk`.
    let chunk: Int64
    /// Row id in `document`.
    let document: Int64
    /// The chunk with the same text whose scores it has; nil where it has its own.
    let duplicateOf: Int64?
    /// The chunk whose scores it has: itself, or the one that it is a duplicate of.
    var original: Int64 { duplicateOf ?? chunk }
    /// Which chunk of the document, from 0.
    let ordinal: Int
    /// Its bytes in the document's text.
    let range: Range<Int>
    /// Whether only a selection holds it.
    let isRetired: Bool
    /// The document's id.
    let key: [UInt8]
    /// The corpus's name.
    let corpus: String
    /// The file as it was named.
    let file: String
    /// The line in the file, from 1.
    let line: Int
    /// Row id in `domain`, 0 for none.
    let domain: Int32
    /// The domain's name.
    let domainName: [UInt8]?
    /// Bytes of the document's text.
    let bytes: Int
    /// Chunks of the document.
    let chunks: Int
}

/// A row of `score`.
struct ScoreRow {
    /// `scored`, `too_short` or `failed`.
    let outcome: String
    /// Why it failed.
    let reason: String?
    /// Scored tokens.
    let tokens: Int?
    /// Bytes that they cover.
    let bytes: Int?
    /// Σ NLL, nats.
    let nll: Double?
    /// Σ adapted NLL, nats.
    let nllAdapted: Double?
}

extension Snapshot {
    /// Looks a chunk up.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    func place(ofChunk id: Int64) throws -> ChunkPlace {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT c.document, c.ordinal, c.start, c."end", c.duplicate_of, c.retired,
                    d.key, d.bytes, d.line, coalesce(d.domain, 0) AS domain, m.name AS domain_name,
                    f.path, k.name AS corpus,
                    (SELECT count(*) FROM chunk o WHERE o.document = c.document) AS chunks
                FROM chunk c CROSS JOIN document d ON d.id = c.document
                CROSS JOIN file f ON f.id = d.file CROSS JOIN corpus k ON k.id = d.corpus
                LEFT JOIN domain m ON m.id = d.domain WHERE c.id = ?
                """, arguments: [id])
        guard let row else { throw RefineryError.missing(.chunk, id) }
        let domain: Data? = row["domain_name"]
        return ChunkPlace(
            chunk: id, document: row["document"], duplicateOf: row["duplicate_of"],
            ordinal: row["ordinal"], range: (row["start"] as Int)..<(row["end"] as Int),
            isRetired: row["retired"], key: Array(row["key"] as Data), corpus: row["corpus"],
            file: row["path"], line: row["line"], domain: row["domain"],
            domainName: domain.map { Array($0) }, bytes: row["bytes"], chunks: row["chunks"])
    }

    /// The text of a chunk.
    func text(of place: ChunkPlace) throws -> [UInt8] {
        var texts = try TextReader(self)
        return try texts.text(of: place.document, place.range)
    }

    /// What names a chunk; nil where it is gone.
    func label(ofChunk id: Int64) throws -> ChunkLabel? {
        let find = try db.cachedStatement(
            sql: """
                SELECT d.key, c.ordinal, m.name, c.start, c."end", d.bytes FROM chunk c
                CROSS JOIN document d ON d.id = c.document
                LEFT JOIN domain m ON m.id = d.domain WHERE c.id = ?
                """)
        return try Row.fetchOne(find, arguments: [id]).map { row in
            let domain: Data? = row[2]
            return ChunkLabel(
                document: Array(row[0] as Data), ordinal: row[1], domain: domain.map { Array($0) },
                range: (row[3] as Int)..<(row[4] as Int), bytes: row[5])
        }
    }

    /// A document's id, bytes that are not UTF-8 replaced; nil where it is gone.
    func id(ofDocument document: Int64) throws -> String? {
        try Data.fetchOne(db, sql: "SELECT key FROM document WHERE id = ?", arguments: [document])
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The name of a document's domain; nil for none.
    func domain(ofDocument document: Int64) throws -> [UInt8]? {
        try Data.fetchOne(
            db,
            sql: "SELECT m.name FROM document d JOIN domain m ON m.id = d.domain WHERE d.id = ?",
            arguments: [document]
        ).map { Array($0) }
    }

    /// A chunk's bytes in its document's text.
    func range(ofChunk id: Int64) throws -> Range<Int> {
        let find = try db.cachedStatement(sql: "SELECT start, \"end\" FROM chunk WHERE id = ?")
        guard let row = try Row.fetchOne(find, arguments: [id]) else {
            throw RefineryError(.unusable, "chunk \(id) is not in the store")
        }
        return (row[0] as Int)..<(row[1] as Int)
    }

    /// For each chunk of a document the one whose scores it has.
    func originals(ofDocument id: Int64) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT coalesce(duplicate_of, id) FROM chunk WHERE document = ?",
            arguments: [id])
    }

    /// The chunks of a document that both models have scored, in order: id, original, tokens.
    func scoredChunks(
        ofDocument id: Int64, _ models: ByRole<Int64>
    ) throws -> [(chunk: Int64, original: Int64, tokens: Int32)] {
        let find = try db.cachedStatement(
            sql: """
                SELECT c.id, coalesce(c.duplicate_of, c.id), t.tokens FROM chunk c
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?2
                    AND t.outcome = 'scored'
                CROSS JOIN score r ON r.chunk = t.chunk AND r.model = ?3 AND r.outcome = 'scored'
                WHERE c.document = ?1 AND c.retired = 0 ORDER BY c.id
                """)
        return try Row.fetchAll(find, arguments: [id, models.teacher, models.reference])
            .map { ($0[0], $0[1], $0[2]) }
    }

    /// What a model stored of a chunk; nil where it is pending.
    func score(of chunk: Int64, by model: Int64) throws -> ScoreRow? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT outcome, reason, tokens, bytes, nll, nll_adapted FROM score
                WHERE chunk = ? AND model = ?
                """, arguments: [chunk, model]
        ).map {
            ScoreRow(
                outcome: $0[0], reason: $0[1], tokens: $0[2], bytes: $0[3], nll: $0[4],
                nllAdapted: $0[5])
        }
    }

    /// Every chunk that is not retired, by id: id, document, original (NULL for none), SHA-256.
    func chunks() throws -> RowStream {
        try RowStream(
            db,
            sql: """
                SELECT id, document, duplicate_of, sha256, tokens FROM chunk
                WHERE retired = 0 ORDER BY id
                """)
    }

    /// The row id of a corpus; nil for none.
    ///
    /// - Throws: ``RefineryError`` where there is none of that name.
    func corpusID(_ name: String?) throws -> Int64? {
        try Store.corpusID(name, db)
    }

    /// The row id of a domain, 0 for ``DomainName/none``.
    ///
    /// - Throws: ``RefineryError`` where no document is of it.
    func domainID(_ name: String) throws -> Int32 {
        if name.utf8.elementsEqual(DomainName.none.utf8) { return 0 }
        let id = try Int32.fetchOne(
            db, sql: "SELECT id FROM domain WHERE name = ?", arguments: [Data(name.utf8)])
        guard let id else {
            let names = try Data.fetchAll(db, sql: "SELECT name FROM domain LIMIT 10000")
                .map { String(decoding: $0, as: UTF8.self) }
            throw RefineryError.missingDomain(name, among: names)
        }
        return id
    }

    /// The name of a domain; nil for 0.
    func domainName(_ id: Int32) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT name FROM domain WHERE id = ?", arguments: [id])
            .map { Array($0) }
    }
}
