import GRDB

extension Store {
    /// Counts and current models, all from counters, so quick however large the store is.
    public func status() throws -> StoreStatus {
        try read { try $0.status() }
    }

    /// The corpora, by name in byte order.
    public func corpora() throws -> [CorpusStatus] {
        try status().corpora
    }

    /// Whether anything is left to cut or to score.
    func hasWork() throws -> Bool {
        try query { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM document WHERE chunker IS NULL)
                    OR EXISTS (SELECT 1 FROM pending)
                    """) == true
        }
    }

    /// Whether a document of the range is not cut yet, or has a chunk that a current model has
    /// yet to score: what `--wait` waits for.
    ///
    /// True too while a role has no model: then nothing can have been scored by it. Cheap while
    /// the range's last document is still waiting; once that is done, every chunk of the range
    /// is looked at.
    /// - Parameters:
    ///   - documents: Row ids, as `ImportCounts` gives them; other corpora's are passed over.
    ///   - corpus: The corpus's name.
    /// - Returns: Whether something is left to do.
    /// - Throws: What SQLite throws.
    public func hasPending(documents: ClosedRange<Int64>, corpus: String) throws -> Bool {
        try query { db in
            let range: StatementArguments = [documents.lowerBound, documents.upperBound, corpus]
            let isUncut = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM document d JOIN corpus k ON k.id = d.corpus
                    WHERE d.chunker IS NULL AND d.id BETWEEN ? AND ? AND k.name = ?)
                    """, arguments: range)
            if isUncut == true { return true }
            let models = try Store.currentModels(db)
            guard models.teacher != nil, models.reference != nil else { return true }
            let sql = """
                SELECT EXISTS (SELECT 1 FROM chunk c JOIN document d ON d.id = c.document
                JOIN corpus k ON k.id = d.corpus
                WHERE c.document BETWEEN ?1 AND ?2 AND k.name = ?3 AND EXISTS
                (SELECT 1 FROM pending p WHERE p.chunk = coalesce(c.duplicate_of, c.id)))
                """
            let last = documents.upperBound
            if try Bool.fetchOne(db, sql: sql, arguments: [last, last, corpus]) == true {
                return true
            }
            return try Bool.fetchOne(db, sql: sql, arguments: range) == true
        }
    }

    /// How many chunks of the range of documents failed in a current model, and why the first.
    public func failures(
        documents: ClosedRange<Int64>, corpus: String
    ) throws -> (count: Int, first: String?) {
        try query { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT s.reason FROM chunk c JOIN document d ON d.id = c.document
                    JOIN corpus k ON k.id = d.corpus
                    JOIN score s ON s.chunk = coalesce(c.duplicate_of, c.id)
                    WHERE c.document BETWEEN ? AND ? AND k.name = ? AND s.outcome = 'failed'
                    AND s.model IN (SELECT model FROM model_role WHERE current = 1)
                    ORDER BY c.id, s.model
                    """, arguments: [documents.lowerBound, documents.upperBound, corpus])
            var count = 0
            var first: String?
            while let row = try rows.next() {
                if count == 0 { first = row[0] }
                count += 1
            }
            return (count, first)
        }
    }

    static func corpora(
        _ db: Database, _ models: ByRole<Model?>
    ) throws -> [CorpusStatus] {
        var found: [CorpusStatus] = []
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT k.name, coalesce(c.model, 0), c.name, c.value FROM corpus k
                LEFT JOIN counter c ON c.corpus = k.id
                WHERE k.deleted IS NULL ORDER BY k.name, k.id
                """)
        while let row = try rows.next() {
            let corpus: String = row[0]
            if found.last.map({ Array($0.name.utf8) }) != Array(corpus.utf8) {
                found.append(CorpusStatus(name: corpus))
            }
            guard let word: String = row[2], let name = Tally.Name(rawValue: word) else { continue }
            let model: Int64 = row[1]
            let value: Int64 = row[3]
            let last = found.count - 1
            if let path = corpusPath(of: name) { found[last][keyPath: path] = value }
            if let path = rolePath(of: name) {
                if model == models.teacher?.id { found[last][keyPath: path].teacher = value }
                if model == models.reference?.id { found[last][keyPath: path].reference = value }
            }
        }
        return found
    }

    private static func corpusPath(of name: Tally.Name) -> WritableKeyPath<CorpusStatus, Int64>? {
        switch name {
        case .documents: \.documents
        case .unchunked: \.unchunked
        case .bytes: \.bytes
        case .unchunkedBytes: \.unchunkedBytes
        case .chunks: \.chunks
        case .duplicates: \.duplicates
        case .rejects: \.rejects
        case .tokens: \.tokens
        default: nil
        }
    }

    private static func rolePath(
        of name: Tally.Name
    ) -> WritableKeyPath<CorpusStatus, RoleCounts>? {
        switch name {
        case .scored: \.scored
        case .tooShort: \.tooShort
        case .failed: \.failed
        case .doneTokens: \.doneTokens
        case .pending: \.pendingByRole
        case .unread: \.unreadByRole
        case .pendingTokens: \.pendingTokens
        default: nil
        }
    }
}

extension Snapshot {
    /// Counts and current models, all from counters.
    func status() throws -> StoreStatus {
        let models = try currentModels()
        return StoreStatus(
            corpora: try Store.corpora(db, models), teacher: models.teacher,
            reference: models.reference)
    }
}
