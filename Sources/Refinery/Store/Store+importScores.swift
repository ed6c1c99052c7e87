import Foundation
import GRDB

/// Finds the chunks that scores belong to.
struct OriginalChunks {
    private let find: RowStream

    /// Those of a snapshot.
    init(_ snapshot: Snapshot) throws {
        find = try RowStream(
            snapshot.db,
            sql: """
                SELECT id FROM chunk WHERE sha256 = ?1 AND duplicate_of IS NULL AND retired = 0
                """)
    }

    /// The row id of the chunk that has a text; nil where none has.
    func chunk(_ text: ContentHash) throws -> Int? {
        find.reset()
        try find.put(text, at: 1)
        return try find.next() ? Int(find.integer(0)) : nil
    }
}

extension Store {
    /// Takes rows of a score file, in one transaction.
    func importScores(
        _ rows: [ImportedScore], _ source: ScoreImport.Source
    ) throws -> ScoreImportCounts {
        try write { db in
            var scores = try ScoreImport(db, source)
            try scores.add(rows)
            try scores.finish()
            return scores.counts
        }
    }

    /// The row id of a shard; the first time it gets one.
    func scoreShard(_ hash: ContentHash, file: String) throws -> Int64 {
        try write { db in
            let id = try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO score_shard (sha256, file) VALUES (?, ?)
                    ON CONFLICT (sha256) DO UPDATE SET file = file RETURNING id
                    """, arguments: [Data(hash.bytes), file])
            guard let id else { throw RefineryError(.unusable, "cannot record shard \(file)") }
            return id
        }
    }

    /// The path that a model was loaded from last; nil where the store does not know the model.
    func modelPath(fingerprint: String) throws -> String? {
        try query { db in
            try String.fetchOne(
                db, sql: "SELECT path FROM model WHERE fingerprint = ?", arguments: [fingerprint])
        }
    }
}
