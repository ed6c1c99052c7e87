import Foundation
import GRDB
import Prediction

/// Reads what a reference saw of chunks, beside a query over `chunk`.
final class SummaryRows {
    private let all: RowStream
    private let one: RowStream
    private let model: Int64
    private var isOpen = true

    /// The summaries of a model, from the first chunk on.
    init(_ snapshot: Snapshot, model: Int64) throws {
        self.model = model
        all = try RowStream(
            snapshot.db,
            sql: "SELECT chunk, model, summary FROM chunk_summary ORDER BY chunk, model")
        one = try RowStream(
            snapshot.db,
            sql: """
                SELECT m.chunk, m.model, m.summary, d.domain FROM chunk_summary m
                CROSS JOIN chunk c ON c.id = m.chunk CROSS JOIN document d ON d.id = c.document
                WHERE m.chunk = ?
                """)
        isOpen = try all.next()
    }

    /// The numbers that a prediction sees of a chunk; nil where there are none.
    ///
    /// Ids must ascend from call to call.
    func next(_ chunk: Int64) throws -> [Float]? {
        while isOpen, all.integer(0) < chunk || (all.integer(0) == chunk && all.integer(1) < model)
        {
            isOpen = try all.next()
        }
        guard isOpen, all.integer(0) == chunk, all.integer(1) == model else { return nil }
        return try Self.features(all)
    }

    /// The numbers of any chunk, and the row id of its domain, 0 for none.
    func find(_ chunk: Int64) throws -> (features: [Float], domain: Int32)? {
        try one.begin(chunk)
        defer { one.end() }
        while try one.next() {
            guard one.integer(1) == model else { continue }
            return (try Self.features(one), try one.small(3))
        }
        return nil
    }

    private static func features(_ row: RowStream) throws -> [Float] {
        do {
            return try ChunkSummary(encoded: row.bytes(2)).features
        } catch {
            throw RefineryError(
                .unusable, "chunk \(row.integer(0)): \(error.message)",
                hint: error.hint ?? "the file is damaged; restore a backup")
        }
    }
}

/// A chunk that stands for its text, as a teacher's sample sees it.
struct OriginalChunk {
    /// Row id.
    let id: Int64
    /// Where its text is on [0, 10¹⁷).
    let place: Int
    /// Row id in `domain`, 0 for none.
    let domain: Int32
}

extension Snapshot {
    /// Hands over every chunk that stands for its text, by ascending id.
    func forEachOriginal(_ body: (OriginalChunk) throws -> Void) throws {
        let rows = try RowStream(
            db,
            sql: """
                SELECT c.id, d.domain, c.sha256 FROM chunk c CROSS JOIN document d
                ON d.id = c.document
                WHERE c.duplicate_of IS NULL AND c.retired = 0 ORDER BY c.id
                """)
        while try rows.next() {
            let place = rows.withBytes(2) { TeacherSample.place(ofText: $0, seed: 0) }
            try body(
                OriginalChunk(id: rows.integer(0), place: place, domain: try rows.small(1)))
        }
    }

    /// How many chunks stand for their text.
    func originalCount() throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM chunk WHERE duplicate_of IS NULL AND retired = 0") ?? 0
    }

    /// What a chunk and its document are to folds.
    func textHashes(ofChunk id: Int64) throws -> TextHashes {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT c.document, c.sha256, d.sha256 FROM chunk c
                    JOIN document d ON d.id = c.document WHERE c.id = ?
                    """), arguments: [id])
        guard let row else { throw RefineryError.missing(.chunk, id) }
        return TextHashes(
            documentID: row[0], chunk: TextHash(sha256: row[1] as Data),
            document: TextHash(sha256: row[2] as Data))
    }
}

/// What a chunk and its document are to folds.
struct TextHashes {
    /// Row id of the document.
    let documentID: Int64
    /// The hash of the chunk's text.
    let chunk: TextHash
    /// The hash of the document's.
    let document: TextHash
}
