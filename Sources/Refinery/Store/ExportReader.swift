import Foundation
import GRDB

/// Reads the rows of one selection, page by page.
struct ExportReader {
    /// Rows of a page at most, and bytes of their texts, but for the last of them.
    private static let (mostRows, mostBytes) = (512, 1 << 20)
    /// Places that are sorted in memory at once.
    private static let runLength = 1 << 17

    private let selection: Int64
    private let teacher: Int64
    private let reference: Int64
    private let expected: Int
    private let byDocument: Bool

    /// A reader of the selection of that row id.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    init(_ db: Database, selection: Int64) throws {
        let header = try Row.fetchOne(
            db, sql: "SELECT teacher, reference, chunks FROM selection WHERE id = ?",
            arguments: [selection])
        guard let header else {
            throw RefineryError.missing(.selection, selection)
        }
        self.selection = selection
        teacher = header[0]
        reference = header[1]
        expected = header[2]
        byDocument =
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM selection_document WHERE selection = ?)",
                arguments: [selection]) == true
    }

    /// The places of all rows in the order asked for; `document` holds the rank.
    ///
    /// Not one query for all: SQLite would look the chunks up by rank, here and there in the
    /// file, and sort what it found; so only the places are sorted.
    func places(
        _ db: Database, _ options: ExportOptions, folder: String
    ) throws -> RankedCandidates {
        let (table, column) =
            byDocument ? ("selection_document", "document") : ("selection_chunk", "chunk")
        let isShuffled = options.order == .shuffle
        let lot = Lot(label: "refinery-shuffle-1", seed: options.seed)
        let runs = CandidateRuns(folder: folder, capacity: Self.runLength)
        let rows = try RowStream(
            db,
            sql: """
                SELECT k.\(column), k.rank, k.score\(isShuffled ? ", x.sha256" : "")
                FROM \(table) k
                \(isShuffled ? "CROSS JOIN \(column) x ON x.id = k.\(column)" : "")
                WHERE k.selection = ?
                """)
        try rows.begin(selection)
        while try rows.next() {
            let key: Double =
                switch options.order {
                case .corpus: 0  // then the lower id comes first
                case .score: -Double(rows.integer(1))
                case .shuffle: -Lot.uniform(rows.withBytes(3, lot.draw(sha256:)))
                }
            try runs.add(
                Candidate(
                    chunk: rows.integer(0), document: rows.integer(1), key: key,
                    score: rows.real(2), tokens: 0, domain: 0, group: 0))
        }
        return try runs.ranked()
    }

    /// The rows of the next places; none at the end.
    func page(
        of places: inout RankedCandidates, fields: Bool, _ db: Database
    ) throws -> [ExportRow] {
        var texts = try TextReader(db)
        var rows: [ExportRow] = []
        var bytes = 0
        while rows.count < Self.mostRows, bytes < Self.mostBytes, let place = try places.next() {
            guard let row = try row(place, fields: fields, &texts, db) else { continue }
            bytes += row.text.count + (row.fields?.count ?? 0)
            rows.append(row)
        }
        return rows
    }

    /// Throws where not so many rows were read as the selection holds.
    func check(_ count: Int, _ db: Database) throws {
        guard count != expected else { return }
        _ = try ExportReader(db, selection: selection)
        throw RefineryError(
            .unusable,
            "selection \(selection) has \(expected) rows, \(count) could be read",
            hint: "the file is damaged; restore a backup")
    }

    private func row(
        _ place: Candidate, fields: Bool, _ texts: inout TextReader, _ db: Database
    ) throws -> ExportRow? {
        let readChunks = try db.cachedStatement(
            sql: """
                SELECT c.id, c.document, c.ordinal, c.start, c."end", t.nll, r.nll, t.tokens
                FROM chunk c
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?1
                CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?2
                WHERE \(byDocument ? "c.document = ?3 AND t.nll >= 0 AND r.nll >= 0" : "c.id = ?3")
                ORDER BY c.id
                """)
        let chunks = try Row.fetchAll(readChunks, arguments: [teacher, reference, place.chunk])
        guard let first = chunks.first else { return nil }
        let document: Int64 = first[1]
        let readDocument = try db.cachedStatement(
            sql: """
                SELECT d.key, m.name, d.bytes FROM document d
                LEFT JOIN domain m ON m.id = d.domain WHERE d.id = ?
                """)
        guard let about = try Row.fetchOne(readDocument, arguments: [document]) else { return nil }
        let readFields = try db.cachedStatement(
            sql: "SELECT fields FROM document_text WHERE document = ?")
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
            tokens: chunks.reduce(0) { $0 + ($1[7] as Int) }, rank: Int(place.document),
            range: range,
            isFinal: range.upperBound == bytes, fields: other.map { Array($0) })
    }
}
