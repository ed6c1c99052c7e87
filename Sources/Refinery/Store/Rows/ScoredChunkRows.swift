import Foundation
import GRDB

/// Reads every chunk of a corpus with the scores of two models, duplicates with those of their
/// originals.
struct ScoredChunkRows {
    private let rows: RowStream

    private static let columns = "outcome, reason, " + ScoreSums.columns
    private static let width: CInt = 10
    private static let own: CInt = 8

    /// The chunks of a corpus in the order of their ids.
    init(_ snapshot: Snapshot, corpus: String, _ models: ByRole<Model>) throws {
        let db = snapshot.db
        func columns(of table: String) -> String {
            Self.columns.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
        }
        // `chunk` is the outer table whatever SQLite thinks: its rows come in order, unsorted.
        rows = try RowStream(
            db,
            sql: """
                SELECT d.key, d.sha256, m.name, d.line, c.ordinal, c.start, c."end", c.sha256,
                    \(columns(of: "t")), \(columns(of: "r")), c.id
                FROM chunk c CROSS JOIN document d ON d.id = c.document
                LEFT JOIN domain m ON m.id = d.domain
                LEFT JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?1
                LEFT JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?2
                WHERE c.retired = 0 AND d.corpus = ?3
                ORDER BY c.id
                """)
        try rows.bind(models.teacher.id, at: 1)
        try rows.bind(models.reference.id, at: 2)
        try rows.bind(try snapshot.id(ofCorpus: corpus), at: 3)
    }

    /// The next chunk; nil behind the last.
    ///
    /// - Throws: ``RefineryError`` for a chunk that a model has yet to score, and a damaged store.
    func next() throws -> ScoredChunk? {
        guard try rows.next() else { return nil }
        guard let documentHash = rows.withBytes(1, { ContentHash($0) }),
            let hash = rows.withBytes(7, { ContentHash($0) }),
            rows.integer(5) < rows.integer(6)
        else {
            throw RefineryError(
                .unusable, "the store's chunk \(id) has no place or no hash",
                hint: "the file is damaged; restore a backup")
        }
        return ScoredChunk(
            document: rows.bytes(0), documentHash: documentHash,
            domain: rows.isNull(2) ? nil : rows.bytes(2), line: Int(rows.integer(3)),
            ordinal: Int(rows.integer(4)), range: Int(rows.integer(5))..<Int(rows.integer(6)),
            hash: hash, teacher: try outcome(Self.own, .teacher),
            reference: try outcome(Self.own + Self.width, .reference))
    }

    private var id: Int64 { rows.integer(Self.own + 2 * Self.width) }

    private func outcome(_ first: CInt, _ role: ModelRole) throws -> ChunkScore.Outcome {
        guard let outcome = try rows.outcome(first) else {
            throw RefineryError(
                .refused, "chunk \(id) has no score of the \(role.rawValue) yet",
                hint: "score the rest first")
        }
        return outcome
    }
}

extension RowStream {
    /// What the ten columns from `first` on say of a chunk; nil where they are of no row.
    ///
    /// They are those of ``ScoredChunkRows``: outcome, reason, then the sums.
    func outcome(_ first: CInt) throws -> ChunkScore.Outcome? {
        if isNull(first) { return nil }
        let word = withBytes(first) { String(decoding: $0, as: UTF8.self) }
        switch word {
        case "scored":
            func count(_ column: CInt) -> Int? {
                isNull(first + column) ? nil : Int(integer(first + column))
            }
            func number(_ column: CInt) -> Double? {
                isNull(first + column) ? nil : real(first + column)
            }
            return .scored(
                ScoreSums(
                    tokens: count(2) ?? 0, bytes: count(3) ?? 0, nll: real(first + 4),
                    nllSquared: real(first + 5), top1: count(6), top10: count(7),
                    nllAdapted: number(8), repetition: number(9)))
        case "too_short": return .tooShort
        case "failed":
            return .failed(withBytes(first + 1) { String(decoding: $0, as: UTF8.self) })
        default:
            throw RefineryError(.unusable, "score has unknown outcome \(word)")
        }
    }
}

extension Snapshot {
    /// The row id of a corpus; 0 where no line of it has come yet.
    fileprivate func id(ofCorpus name: String) throws -> Int64 {
        try Int64.fetchOne(
            db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL", arguments: [name])
            ?? 0
    }

    /// Shows the rejected lines of a corpus by line and reason.
    func rejects(corpus: String, _ body: (Reject) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT r.line, r.document, r.reason, r.detail FROM reject r
                JOIN file f ON f.id = r.file WHERE f.corpus = ? ORDER BY r.line, r.reason, r.id
                """, arguments: [try id(ofCorpus: corpus)])
        while let row = try rows.next() {
            guard let reason = RejectReason(rawValue: row[2]) else {
                throw RefineryError(.unusable, "reject holds an unknown reason")
            }
            let id: Data? = row[1]
            try body(
                Reject(line: row[0], id: id.map(Array.init), reason: reason, detail: row[3]))
        }
    }
}
