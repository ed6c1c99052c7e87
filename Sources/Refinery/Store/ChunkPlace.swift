import Foundation
import GRDB

/// A chunk's row and its document's.
struct ChunkPlace {
    /// Row id in `chunk`.
    let chunk: Int64
    /// Row id in `document`.
    let document: Int64
    /// The chunk whose scores it has: itself, or the one that it is a duplicate of.
    var original: Int64 { duplicateOf ?? chunk }
    private let corpus: String
    private let domain: Int32
    private let duplicateOf: Int64?
    private let isRetired: Bool
    private let row: Row

    /// Looks a chunk up.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    init(_ id: Int64, _ db: Database) throws {
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
        guard let row else {
            throw RefineryError.missing(.chunk, id)
        }
        chunk = id
        document = row["document"]
        corpus = row["corpus"]
        domain = row["domain"]
        duplicateOf = row["duplicate_of"]
        isRetired = row["retired"]
        self.row = row
    }

    /// What the rows say, without models and scores.
    func report(_ db: Database) throws -> ChunkReport {
        let range = (row["start"] as Int)..<(row["end"] as Int)
        var texts = try TextReader(db)
        let domain: Data? = row["domain_name"]
        return ChunkReport(
            chunk: chunk,
            document: ChunkReport.Origin(
                id: String(decoding: row["key"] as Data, as: UTF8.self), corpus: corpus,
                file: row["path"], line: row["line"],
                domain: domain.map { String(decoding: $0, as: UTF8.self) }, bytes: row["bytes"],
                chunks: row["chunks"]),
            ordinal: row["ordinal"], start: range.lowerBound, end: range.upperBound,
            text: String(decoding: try texts.text(of: document, range), as: UTF8.self),
            retired: isRetired, duplicateOf: try duplicateOf.flatMap { try Self.twin($0, db) },
            models: [], scores: [], unit: nil, columns: [:], steps: [], selection: nil)
    }

    /// What a model stored of its text; nil where it is pending.
    func score(by model: ModelRecord, _ db: Database) throws -> ChunkReport.Score? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT outcome, reason, tokens, bytes, nll, nll_adapted FROM score
                WHERE chunk = ? AND model = ?
                """, arguments: [duplicateOf ?? chunk, model.id])
        return row.map {
            ChunkReport.Score(
                role: model.role, outcome: $0[0], reason: $0[1], tokens: $0[2], bytes: $0[3],
                nll: $0[4], nllAdapted: $0[5])
        }
    }

    /// The chunk as it is selected; nil where it is not scored by both.
    func item(
        _ teacher: ModelRecord, _ reference: ModelRecord, folder: String, _ db: Database
    ) throws -> ScoredItem? {
        let rows = try ScoreRows(db, teacher: teacher.id, reference: reference.id)
        var gathering = ItemGathering(unit: .chunk, folder: folder)
        try gathering.add(
            try rows.find(original), chunk: chunk, document: document, original: original,
            domain: domain, draw: 0)
        var item: ScoredItem?
        try gathering.items.forEach { item = $1 }
        return item
    }

    /// Why the steps of a rule are not asked about it.
    func reason(
        _ rule: SelectionRule, _ teacher: ModelRecord, _ reference: ModelRecord, _ db: Database
    ) throws -> String {
        if isRetired { return "retired" }
        if let wanted = rule.corpus, Array(wanted.utf8) != Array(corpus.utf8) { return "corpus" }
        let originals = try Int64.fetchAll(
            db,
            sql: """
                SELECT coalesce(duplicate_of, id) FROM chunk
                WHERE \(rule.unit == .chunk ? "id" : "document") = ?
                """, arguments: [rule.unit == .chunk ? chunk : document])
        let rows = try ScoreRows(db, teacher: teacher.id, reference: reference.id)
        var hasFailed = false
        for original in originals {
            switch try rows.find(original) {
            case .pending: return "pending"
            case .failed: hasFailed = true
            case .tooShort, .scored: break
            }
        }
        return hasFailed ? "failed" : "too_short"
    }

    /// Its row in a selection that keeps it, or its document's.
    func kept(
        by selection: SelectionSummary, _ db: Database
    ) throws -> (rank: Int, score: Double)? {
        let unit = selection.rule.unit
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT rank, score FROM selection_\(unit.rawValue)
                WHERE selection = ? AND \(unit.rawValue) = ?
                """, arguments: [selection.id, unit == .chunk ? chunk : document])
        return row.map { (rank: $0[0], score: $0[1]) }
    }

    private static func twin(_ id: Int64, _ db: Database) throws -> ChunkReport.Twin? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT d.key, c.ordinal FROM chunk c CROSS JOIN document d ON d.id = c.document
                WHERE c.id = ?
                """, arguments: [id]
        ).map {
            ChunkReport.Twin(
                chunk: id, document: String(decoding: $0[0] as Data, as: UTF8.self),
                ordinal: $0[1])
        }
    }
}
