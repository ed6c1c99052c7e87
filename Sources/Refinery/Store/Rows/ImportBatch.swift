import Foundation
import GRDB

/// One transaction's documents and rejects of one file.
struct ImportBatch {
    /// What became of them so far.
    private(set) var counts = ImportCounts()
    /// What became of the fields that become columns.
    var fields: [String: FieldCounts] { columns.counts }
    /// Changes of counters so far.
    private(set) var tally = Tally()

    private let db: Database
    private let corpus: Int64
    private let rejects: RejectRows
    private let job: Int64
    private let replace: Bool
    private var domains: [Data: Int64] = [:]
    private var columns: FieldColumns

    /// Finds or makes the corpus and the file.
    init(
        _ db: Database, corpus: String, file: String, job: Int64, replace: Bool,
        keeping kept: KeptFields
    ) throws {
        self.db = db
        self.job = job
        self.replace = replace
        columns = try FieldColumns(db, keeping: kept)
        let corpusID = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO corpus (name, created) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET deleted = NULL RETURNING id
                """, arguments: [corpus, Store.now()])
        guard let corpusID else {
            throw RefineryError(.unusable, "cannot record corpus \(corpus)")
        }
        self.corpus = corpusID
        rejects = try RejectRows(db, corpus: corpusID, file: file, job: job)
    }

    /// Adds, finds unchanged, updates, replaces or rejects one document.
    mutating func add(_ prepared: PreparedDocument) throws {
        let find = try db.cachedStatement(
            sql: """
                SELECT d.id, d.sha256, d.line, d.job, f.path, m.name, x.fields
                FROM document d JOIN file f ON f.id = d.file
                JOIN document_text x ON x.document = d.id LEFT JOIN domain m ON m.id = d.domain
                WHERE d.corpus = ? AND d.key = ? AND d.retired = 0
                """)
        guard let row = try Row.fetchOne(find, arguments: [corpus, prepared.key]) else {
            try insert(prepared)
            counts.added += 1
            return
        }
        let id: Int64 = row[0]
        if row[1] == prepared.sha256 {
            counts.touch(id)
            let isSame =
                row[5] == prepared.document.domain.map { Data($0) }
                && row[6] == prepared.document.fields.map { Data($0) }
            if !isSame, replace, row[3] != job {
                try update(id, prepared.document)
                counts.updated += 1
            } else {
                counts.unchanged += 1
                if !isSame { counts.differing += 1 }
                // Columns hold what the store has of a document, not what a line would bring.
                try columns.add((row[6] as Data?).map(Array.init), document: id)
            }
            if replace {
                // seen by this job: another text of this id in it is a repetition
                try db.execute(
                    sql: "UPDATE document SET job = ? WHERE id = ?", arguments: [job, id])
            }
        } else if replace, row[3] != job {
            try DocumentRemoval(db).remove(document: id, &tally)
            try insert(prepared)
            counts.replaced += 1
        } else {
            let first: String = row[4]
            let line: Int = row[2]
            try add(
                Reject(
                    line: prepared.document.line, id: prepared.document.id, reason: .duplicateID,
                    detail: "the id stands at \(first):\(line) with another text"))
        }
    }

    /// Records a reject, unless it is recorded already.
    mutating func add(_ reject: Reject) throws {
        counts.rejected += 1
        try rejects.add(reject, &tally)
    }

    /// Takes over a document's domain and other fields; its text, chunks and scores stay.
    private mutating func update(_ id: Int64, _ document: ImportedDocument) throws {
        let domain = try document.domain.map { try domainID(Data($0)) }
        try db.cachedStatement(sql: "UPDATE document SET domain = ? WHERE id = ?")
            .execute(arguments: [domain, id])
        try db.cachedStatement(sql: "UPDATE document_text SET fields = ? WHERE document = ?")
            .execute(arguments: [document.fields.map { Data($0) }, id])
        try FieldColumns.delete(document: id, db)
        try columns.add(document.fields, document: id)
    }

    private mutating func insert(_ prepared: PreparedDocument) throws {
        let document = prepared.document
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO document (corpus, key, domain, file, line, job, bytes, sha256)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let domain = try document.domain.map { try domainID(Data($0)) }
        try statement.execute(
            arguments: [
                corpus, prepared.key, domain, rejects.file, document.line, job, document.text.count,
                prepared.sha256,
            ])
        let id = db.lastInsertedRowID
        let text = try db.cachedStatement(
            sql: "INSERT INTO document_text (document, deflated, fields) VALUES (?, ?, ?)")
        try text.execute(
            arguments: [
                id, try prepared.deflated ?? Deflater().compress(document.text),
                document.fields.map { Data($0) },
            ])
        try columns.add(document.fields, document: id)
        counts.touch(id)
        tally.add(.documents, 1, corpus: corpus)
        tally.add(.unchunked, 1, corpus: corpus)
        tally.add(.bytes, Int64(document.text.count), corpus: corpus)
        tally.add(.unchunkedBytes, Int64(document.text.count), corpus: corpus)
    }

    private mutating func domainID(_ name: Data) throws -> Int64 {
        if let id = domains[name] { return id }
        let id = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO domain (name) VALUES (?)
                ON CONFLICT (name) DO UPDATE SET name = name RETURNING id
                """, arguments: [name])
        guard let id else { throw RefineryError(.unusable, "cannot record a domain") }
        domains[name] = id
        return id
    }
}
