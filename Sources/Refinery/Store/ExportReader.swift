import Foundation
import GRDB

/// Reads the rows of one selection within a transaction.
struct ExportReader {
    /// A row of `selection_chunk` or `selection_document`.
    private struct Place {
        let id: Int64
        let rank: Int
        let score: Double
    }

    private let db: Database
    private let selection: Int64
    private let folder: String
    private let teacher: Int64
    private let reference: Int64
    private let expected: Int
    private let byDocument: Bool
    private var texts: TextReader
    private let readFields: Statement
    private let readDocument: Statement
    private let readChunks: Statement

    /// A reader of the selection of that row id.
    ///
    /// - Throws: ``StoreError`` where there is none.
    init(_ db: Database, selection: Int64, folder: String) throws {
        let header = try Row.fetchOne(
            db, sql: "SELECT teacher, reference, chunks FROM selection WHERE id = ?",
            arguments: [selection])
        guard let header else {
            throw StoreError(.notFound, "there is no selection \(selection)")
        }
        self.db = db
        self.selection = selection
        self.folder = folder
        teacher = header[0]
        reference = header[1]
        expected = header[2]
        byDocument =
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM selection_document WHERE selection = ?)",
                arguments: [selection]) == true
        texts = try TextReader(db)
        readFields = try db.makeStatement(
            sql: "SELECT fields FROM document_text WHERE document = ?")
        readDocument = try db.makeStatement(
            sql: """
                SELECT d.key, m.name, d.bytes FROM document d
                LEFT JOIN domain m ON m.id = d.domain WHERE d.id = ?
                """)
        readChunks = try db.makeStatement(
            sql: """
                SELECT c.id, c.document, c.ordinal, c.start, c."end", t.nll, r.nll, t.tokens
                FROM chunk c
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?1
                CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?2
                WHERE \(byDocument ? "c.document = ?3 AND t.nll >= 0 AND r.nll >= 0" : "c.id = ?3")
                ORDER BY c.id
                """)
    }

    /// Hands over every row.
    mutating func read(_ options: ExportOptions, _ body: (ExportRow) throws -> Void) throws {
        var count = 0
        try forEachPlace(options) { place in
            guard let row = try row(place, fields: options.fields) else { return }
            try body(row)
            count += 1
        }
        guard count == expected else {
            throw StoreError(
                .unusable,
                "selection \(selection) has \(expected) rows, \(count) could be read",
                hint: "the file is damaged; restore a backup")
        }
    }

    /// Hands over the places in order.
    ///
    /// Not one query for all: SQLite would look the chunks up by rank, here and there in the
    /// file, and sort what it found; so only the places are sorted.
    private func forEachPlace(
        _ options: ExportOptions, _ body: (Place) throws -> Void
    ) throws {
        let (table, column) =
            byDocument ? ("selection_document", "document") : ("selection_chunk", "chunk")
        let places = "SELECT \(column), rank, score FROM \(table) WHERE selection = ?"
        func place(_ row: Row) -> Place { Place(id: row[0], rank: row[1], score: row[2]) }
        guard options.order == .shuffle else {
            let rows = try Row.fetchCursor(
                db, sql: places + " ORDER BY \(options.order == .score ? "rank" : column)",
                arguments: [selection])
            while let row = try rows.next() { try body(place(row)) }
            return
        }
        let find = try db.makeStatement(sql: places + " AND \(column) = ?")
        var ranked = try shuffled(seed: options.seed, table, column)
        while let next = try ranked.next() {
            guard let row = try Row.fetchOne(find, arguments: [selection, next.chunk]) else {
                continue
            }
            try body(place(row))
        }
    }

    /// What is kept, drawn by lot.
    private func shuffled(
        seed: UInt64, _ table: String, _ column: String
    ) throws -> RankedCandidates {
        let lot = Lot(label: "refinery-shuffle-1", seed: seed)
        let runs = CandidateRuns(folder: folder)
        let rows = try RowStream(
            db,
            sql: """
                SELECT k.\(column), x.sha256 FROM \(table) k CROSS JOIN \(column) x
                ON x.id = k.\(column) WHERE k.selection = ?
                """)
        try rows.begin(selection)
        while try rows.next() {
            let draw = rows.withBytes(1, lot.draw(sha256:))
            try runs.add(
                Candidate(
                    chunk: rows.integer(0), document: 0, key: -Lot.uniform(draw), score: 0,
                    tokens: 0, domain: 0, group: 0))
        }
        return try runs.ranked()
    }

    private mutating func row(_ place: Place, fields: Bool) throws -> ExportRow? {
        let chunks = try Row.fetchAll(readChunks, arguments: [teacher, reference, place.id])
        guard let first = chunks.first else { return nil }
        let document: Int64 = first[1]
        guard let about = try Row.fetchOne(readDocument, arguments: [document]) else { return nil }
        let other: Data? = fields ? try Data.fetchOne(readFields, arguments: [document]) : nil
        let domain: Data? = about[1]
        let bytes: Int = about[2]
        let start: Int = byDocument ? 0 : first[3]
        let range = start..<(byDocument ? bytes : first[4])
        return ExportRow(
            chunkID: first[0], documentID: document, document: Array(about[0] as Data),
            ordinal: byDocument ? nil : first[2], text: try texts.text(of: document, range),
            domain: domain.map { Array($0) }, score: place.score,
            teacherNLL: chunks.reduce(0) { $0 + ($1[5] as Double) },
            referenceNLL: chunks.reduce(0) { $0 + ($1[6] as Double) },
            tokens: chunks.reduce(0) { $0 + ($1[7] as Int) }, rank: place.rank, range: range,
            isFinal: range.upperBound == bytes, fields: other.map { Array($0) })
    }
}
