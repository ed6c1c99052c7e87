import Foundation
import GRDB

/// One transaction's values and rejects of one column's file.
struct ColumnBatch {
    /// What became of them.
    struct Counts: Sendable {
        /// Chunks that got a value.
        var added: Int64 = 0
        /// Chunks that had the value already.
        var unchanged: Int64 = 0
        /// Chunks that had another one.
        var replaced: Int64 = 0
        /// Lines that were not taken.
        var rejected: Int64 = 0
    }

    /// What became of the lines so far.
    private(set) var counts = Counts()
    /// Changes of counters so far.
    private(set) var tally = Tally()

    private let db: Database
    private var encoder: ColumnEncoder
    private let corpus: Int64
    private let replaces: Bool
    private let rejects: RejectRows

    private var column: Int64 { encoder.column }

    /// Finds the column and the corpus, which may have been deleted since the job began.
    init(_ db: Database, _ file: ColumnFile, job: Int64) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT id, kind FROM imported_column WHERE name = ?",
            arguments: [file.column])
        guard let row, let corpus = try Store.corpusID(file.corpus, db) else {
            throw RefineryError(.notFound, "there is no column \(file.column) any more")
        }
        self.db = db
        self.corpus = corpus
        encoder = ColumnEncoder(
            db, column: row[0], kind: (row[1] as String?).flatMap(ColumnKind.init(rawValue:)))
        replaces = file.replace
        rejects = try RejectRows(db, corpus: corpus, file: file.title, job: job)
    }

    /// Records a reject, unless it is recorded already.
    mutating func add(_ reject: Reject) throws {
        counts.rejected += 1
        try rejects.add(reject, &tally)
    }

    /// Gives a line's value to its chunks, or rejects the line as a whole.
    mutating func add(_ line: ColumnLine) throws {
        func reject(_ reason: RejectReason, _ detail: String) -> Reject {
            Reject(line: line.line, id: line.id, reason: reason, detail: detail)
        }
        if let kind = encoder.kind, kind != line.value.kind {
            return try add(
                reject(
                    .wrongType,
                    "the value is a \(line.value.kind.rawValue), those before are "
                        + (kind == .number ? "numbers" : "categories")))
        }
        let find = try db.cachedStatement(
            sql: """
                SELECT id, chunker IS NULL FROM document
                WHERE corpus = ? AND key = ? AND retired = 0
                """)
        guard let document = try Row.fetchOne(find, arguments: [corpus, Data(line.id)]) else {
            return try add(reject(.unknownDocument, "no document of the corpus has this id"))
        }
        if document[1] { return try add(reject(.notCut, "the document is not cut yet")) }
        let chunks = try chunks(of: document[0], line.ordinal)
        guard !chunks.isEmpty else {
            return try add(
                reject(.unknownChunk, "the document has no chunk \(line.ordinal ?? 0)"))
        }
        guard let value = try encoder.number(line.value) else {
            return try add(
                reject(
                    .wrongType, "more than \(ColumnEncoder.mostCategories) categories in one column"
                ))
        }
        if !replaces, chunks.contains(where: { $0.value != nil && $0.value != value }) {
            return try add(reject(.duplicateValue, "there is another value already"))
        }
        for chunk in chunks { try set(chunk, value) }
    }

    private typealias Chunk = (id: Int64, value: Double?)

    private func chunks(of document: Int64, _ ordinal: Int?) throws -> [Chunk] {
        let find = try db.cachedStatement(
            sql: """
                SELECT c.id, v.value FROM chunk c
                LEFT JOIN column_value v ON v.column = ?2 AND v.chunk = c.id
                WHERE c.document = ?1 AND c.retired = 0 \(ordinal == nil ? "" : "AND c.ordinal = ?3")
                ORDER BY c.ordinal
                """)
        let arguments: StatementArguments =
            if let ordinal { [document, column, ordinal] } else { [document, column] }
        return try Row.fetchAll(find, arguments: arguments).map { ($0[0], $0[1]) }
    }

    private mutating func set(_ chunk: Chunk, _ value: Double) throws {
        guard chunk.value != value else { return counts.unchanged += 1 }
        let write = try db.cachedStatement(
            sql: """
                INSERT INTO column_value (chunk, column, value) VALUES (?1, ?2, ?3)
                ON CONFLICT (column, chunk) DO UPDATE SET value = ?3
                """)
        try write.execute(arguments: [chunk.id, column, value])
        if chunk.value == nil { counts.added += 1 } else { counts.replaced += 1 }
    }
}
