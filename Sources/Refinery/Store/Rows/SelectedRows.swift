import Foundation
import GRDB

/// Reads the rows of one selection, page by page.
struct SelectedRows {
    /// Rows of a page at most, and bytes of their texts, but for the last of them.
    private static let (mostRows, mostBytes) = (512, 1 << 20)

    private let selection: SelectionRow
    /// Whether it keeps chunks or documents.
    let unit: ItemUnit

    /// A reader of the selection of that row id.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    init(_ snapshot: Snapshot, selection id: Int64) throws {
        guard let row = try snapshot.selection(id: id) else {
            throw RefineryError.missing(.selection, id)
        }
        selection = row
        let keepsDocuments = try Bool.fetchOne(
            snapshot.db,
            sql: "SELECT EXISTS (SELECT 1 FROM selection_document WHERE selection = ?)",
            arguments: [id])
        unit = keepsDocuments == true ? .document : .chunk
    }

    /// Hands over row id, rank and score of everything kept; where asked for, with the SHA-256 of
    /// its text, else with no bytes.
    ///
    /// Not one query for all: SQLite would look the chunks up by rank, here and there in the file.
    func forEachPlace(
        _ snapshot: Snapshot, withSHA256: Bool,
        _ body: (Int64, _ rank: Int64, _ score: Double, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let column = unit.rawValue
        let rows = try RowStream(
            snapshot.db,
            sql: """
                SELECT k.\(column), k.rank, k.score\(withSHA256 ? ", x.sha256" : "")
                FROM selection_\(column) k
                \(withSHA256 ? "CROSS JOIN \(column) x ON x.id = k.\(column)" : "")
                WHERE k.selection = ?
                """)
        try rows.begin(selection.id)
        while try rows.next() {
            let (id, rank, score) = (rows.integer(0), rows.integer(1), rows.real(2))
            if withSHA256 {
                try rows.withBytes(3) { try body(id, rank, score, $0) }
            } else {
                try body(id, rank, score, UnsafeRawBufferPointer(start: nil, count: 0))
            }
        }
    }

    /// The rows of the next places (row id, rank, score); none at the end.
    func page(
        _ snapshot: Snapshot, fields: Bool, next: () throws -> (Int64, rank: Int, score: Double)?
    ) throws -> [ExportRow] {
        var texts = try TextReader(snapshot)
        var rows: [ExportRow] = []
        var bytes = 0
        while rows.count < Self.mostRows, bytes < Self.mostBytes, let place = try next() {
            guard let row = try row(place, fields: fields, &texts, snapshot.db) else { continue }
            bytes += row.text.count + (row.fields?.count ?? 0)
            rows.append(row)
        }
        return rows
    }

    /// Throws where not so many rows were read as the selection holds.
    func check(_ count: Int, _ snapshot: Snapshot) throws {
        guard count != selection.count else { return }
        _ = try SelectedRows(snapshot, selection: selection.id)
        throw RefineryError(
            .unusable,
            "selection \(selection.id) has \(selection.count) rows, \(count) could be read",
            hint: "the file is damaged; restore a backup")
    }

    private func row(
        _ place: (id: Int64, rank: Int, score: Double), fields: Bool, _ texts: inout TextReader,
        _ db: Database
    ) throws -> ExportRow? {
        let byDocument = unit == .document
        let readChunks = try db.cachedStatement(
            sql: """
                SELECT c.id, c.document, c.ordinal, c.start, c."end", t.nll, r.nll, t.tokens
                FROM chunk c
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?1
                CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?2
                WHERE \(byDocument ? "c.document = ?3 AND t.nll >= 0 AND r.nll >= 0" : "c.id = ?3")
                ORDER BY c.id
                """)
        let models = selection.models
        let chunks = try Row.fetchAll(
            readChunks, arguments: [models.teacher, models.reference, place.id])
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
            tokens: chunks.reduce(0) { $0 + ($1[7] as Int) }, rank: place.rank,
            range: range,
            isFinal: range.upperBound == bytes, fields: other.map { Array($0) })
    }
}
