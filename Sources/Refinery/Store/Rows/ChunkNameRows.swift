import Foundation
import GRDB

extension Snapshot {
    /// The chunks of the documents of an id.
    ///
    /// - Parameters:
    ///   - id: the document's, as bytes.
    ///   - ordinal: which of its chunks; nil for all.
    ///   - corpus: the row id of its corpus; nil for any.
    ///   - limit: names at most.
    /// - Returns: The names, by corpus, document and ordinal.
    /// - Throws: What SQLite throws.
    func chunks(
        ofDocument id: [UInt8], ordinal: Int?, corpus: Int64?, limit: Int
    ) throws -> [ChunkName] {
        try names(
            """
            FROM corpus k CROSS JOIN document d
                ON d.corpus = k.id AND d.key = ?1 AND d.retired = 0
            CROSS JOIN chunk c ON c.document = d.id
            WHERE (?2 IS NULL OR c.ordinal = ?2) AND (?3 IS NULL OR k.id = ?3)
            """, [Data(id), ordinal, corpus], limit)
    }

    /// The chunk that is scored for all whose text has a SHA-256.
    ///
    /// - Parameters:
    ///   - sha256: 32 bytes.
    ///   - limit: names at most.
    /// - Returns: The names, by corpus, document and ordinal.
    /// - Throws: What SQLite throws.
    func chunks(sha256: [UInt8], limit: Int) throws -> [ChunkName] {
        try names(
            """
            FROM chunk c CROSS JOIN document d ON d.id = c.document
            CROSS JOIN corpus k ON k.id = d.corpus
            WHERE c.sha256 = ?1 AND c.duplicate_of IS NULL
            """, [Data(sha256)], limit)
    }

    private func names(
        _ source: String, _ arguments: StatementArguments, _ limit: Int
    ) throws -> [ChunkName] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT c.id, k.name, d.key, c.ordinal \(source) AND c.retired = 0
                ORDER BY k.name, d.id, c.ordinal LIMIT \(limit)
                """, arguments: arguments
        ).map {
            ChunkName(
                chunk: $0[0], corpus: $0[1],
                document: String(decoding: $0[2] as Data, as: UTF8.self), ordinal: $0[3])
        }
    }
}
