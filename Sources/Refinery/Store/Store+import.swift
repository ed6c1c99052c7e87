import Foundation
import GRDB

extension Store {
    /// Hashes documents and deflates those that look new, on every core: what needs no writer.
    func prepare(
        _ documents: [ImportedDocument], corpus: String
    ) throws -> [PreparedDocument] {
        try PreparedDocument.prepare(
            documents, known: knownHashes(of: documents, corpus: corpus))
    }

    /// Takes documents and rejects of one file, in one transaction.
    ///
    /// The same id with the same text is unchanged. With another text it is a reject that names
    /// where the first stands or, with `replace`, the new version; an id repeated within one job
    /// is a reject all the same, so that enqueueing a file again with `replace` changes nothing.
    /// A reject that is recorded already (file, line, reason) is counted in the result and not
    /// recorded twice.
    ///
    /// Columns are made of the fields that are to be kept. `line` is how far the job is then.
    func add(
        _ documents: [PreparedDocument], _ rejects: [Reject], corpus: String, file: String,
        job: Int64, replace: Bool, keeping kept: KeptFields = KeptFields(), line: Int?
    ) throws -> ImportCounts {
        let corpus = try Name(corpus, of: .corpus).text
        return try write { db in
            var batch = try ImportBatch(
                db, corpus: corpus, file: file, job: job, replace: replace, keeping: kept)
            for document in documents { try batch.add(document) }
            for reject in rejects { try batch.add(reject) }
            try batch.tally.write(db)
            if let line { try Store.updateJob(job, done: Int64(line), total: nil, db) }
            var counts = batch.counts
            counts.fields = batch.fields
            return counts
        }
    }

    /// Every recorded reject of one corpus or all, in order of arrival.
    public func rejects(
        corpus: String? = nil, _ body: (RejectRecord) throws -> Void
    ) throws {
        var last: Int64 = 0
        while true {
            let page = try query { try Store.rejects(corpus: corpus, after: last, $0) }
            for (_, reject) in page { try body(reject) }
            guard let end = page.last?.id else { return }
            last = end
        }
    }

    /// Throws where there is no such corpus; nil is all of them.
    ///
    /// - Throws: ``RefineryError`` with the name that may have been meant.
    public func checkCorpus(named name: String?) throws {
        _ = try query { try Store.corpusID(name, $0) }
    }

    /// A page of rejects behind row `after`, so that no connection is held while they are handed
    /// over.
    private static func rejects(
        corpus: String?, after: Int64, _ db: Database
    ) throws -> [(id: Int64, RejectRecord)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT c.name, f.path, r.line, r.document, r.reason, r.detail, r.id
                FROM reject r JOIN file f ON f.id = r.file JOIN corpus c ON c.id = f.corpus
                WHERE r.id > ?2 AND (?1 IS NULL OR c.name = ?1) ORDER BY r.id LIMIT 1000
                """, arguments: [corpus, after]
        ).map { row in
            guard let reason = RejectReason(rawValue: row[4]) else {
                throw RefineryError(.unusable, "reject holds an unknown reason")
            }
            let id: Data? = row[3]
            return (
                row[6],
                RejectRecord(
                    corpus: row[0], file: row[1], line: row[2],
                    id: id.map { String(decoding: $0, as: UTF8.self) }, reason: reason,
                    detail: row[5])
            )
        }
    }

    /// For each document the SHA-256 of the text that stands under its id, nil for none.
    private func knownHashes(
        of documents: [ImportedDocument], corpus: String
    ) throws -> [Data?] {
        try query { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT d.sha256 FROM document d JOIN corpus c ON c.id = d.corpus
                    WHERE c.name = ? AND d.key = ? AND d.retired = 0
                    """)
            return try documents.map { document in
                guard !document.id.isEmpty, !document.text.isEmpty, document.line >= 0 else {
                    throw RefineryError(
                        .invalid, "document of line \(document.line) has no id or no text")
                }
                return try Data.fetchOne(find, arguments: [corpus, Data(document.id)])
            }
        }
    }
}
