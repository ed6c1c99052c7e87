import Foundation
import GRDB

extension Store {
    /// Every selection, oldest first.
    public func selections() throws -> [SelectionSummary] {
        try pool.read { db in
            try String.fetchAll(db, sql: "SELECT summary FROM selection ORDER BY id")
                .map(Store.summary)
        }
    }

    /// The selection of that row id.
    public func selection(id: Int64) throws -> SelectionSummary? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT summary FROM selection WHERE id = ?", arguments: [id]
            ).map(Store.summary)
        }
    }

    /// The selection of that name.
    public func selection(named name: String) throws -> SelectionSummary? {
        try pool.read { db in
            try String.fetchOne(
                db, sql: "SELECT summary FROM selection WHERE name = ?", arguments: [name]
            ).map(Store.summary)
        }
    }

    /// Hands over a selection's rows one by one, on a snapshot, in bounded memory.
    ///
    /// - Parameters:
    ///   - selection: Row id.
    ///   - order: By chunk or by rank.
    ///   - fields: Whether to read the documents' other fields too.
    ///   - body: Called for each row; what it throws ends the export.
    /// - Throws: `StoreError` where there is no such selection or a row cannot be read; what
    ///   `body` throws.
    public func exportRows(
        selection: Int64, order: ExportOrder, fields: Bool = false,
        _ body: (ExportRow) throws -> Void
    ) throws {
        try pool.read { db in
            let header = try Row.fetchOne(
                db, sql: "SELECT teacher, reference, chunks FROM selection WHERE id = ?",
                arguments: [selection])
            guard let header else {
                throw StoreError(.notFound, "there is no selection \(selection)")
            }
            let teacher: Int64 = header[0]
            let reference: Int64 = header[1]
            let expected: Int = header[2]
            var texts = try TextReader(db)
            let readFields = try db.makeStatement(
                sql: "SELECT fields FROM document_text WHERE document = ?")
            let readChunk = try db.makeStatement(
                sql: """
                    SELECT c.document, c.ordinal, c.start, c."end", d.key, m.name, t.nll, r.nll,
                        t.tokens
                    FROM chunk c CROSS JOIN document d ON d.id = c.document
                    LEFT JOIN domain m ON m.id = d.domain
                    CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?
                    CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?
                    WHERE c.id = ?
                    """)
            // Not one query for all: SQLite would look the chunks up by rank, here and there in
            // the file, and sort what it found; so only the places are sorted.
            let places = try Row.fetchCursor(
                db,
                sql: """
                    SELECT chunk, rank, score FROM selection_chunk WHERE selection = ?
                    ORDER BY \(order == .score ? "rank" : "chunk")
                    """, arguments: [selection])
            var count = 0
            while let place = try places.next() {
                let chunk: Int64 = place[0]
                guard
                    let row = try Row.fetchOne(readChunk, arguments: [teacher, reference, chunk])
                else { continue }
                let document: Int64 = row[0]
                let start: Int = row[2]
                let other: Data? =
                    fields ? try Data.fetchOne(readFields, arguments: [document]) : nil
                let domain: Data? = row[5]
                try body(
                    ExportRow(
                        chunkID: chunk, document: Array(row[4] as Data), ordinal: row[1],
                        text: try texts.text(of: document, start..<row[3]),
                        domain: domain.map { Array($0) }, score: place[2], teacherNLL: row[6],
                        referenceNLL: row[7], tokens: row[8], rank: place[1],
                        fields: other.map { Array($0) }))
                count += 1
            }
            guard count == expected else {
                throw StoreError(
                    .unusable,
                    "selection \(selection) has \(expected) rows, \(count) could be read",
                    hint: "the file is damaged; restore a backup")
            }
        }
    }

    private static func summary(_ json: String) throws -> SelectionSummary {
        try JSONDecoder().decode(SelectionSummary.self, from: Data(json.utf8))
    }
}
