import GRDB

/// What became of the scores of a score file.
public struct ScoreImportCounts: Codable, Sendable, Equatable {
    /// Rows of chunks.
    public var chunks = 0
    /// Rows whose text the store holds no chunk of.
    public var unknown = 0
    /// Scores of texts that the model had no score of.
    public var recorded = 0
    /// Scores that stood already.
    public var unchanged = 0
    /// Scores that took the place of another file's or row's.
    public var replaced = 0
    /// Scores that another file's or row's goes before.
    public var outranked = 0
    /// Scores that one of this store's own goes before.
    public var native = 0

    /// No scores.
    public init() {}

    /// Scores of one text and model that were not equal.
    public var differing: Int { replaced + outranked + native }

    /// Adds what became of others.
    public mutating func add(_ other: ScoreImportCounts) {
        chunks += other.chunks
        unknown += other.unknown
        recorded += other.recorded
        unchanged += other.unchanged
        replaced += other.replaced
        outranked += other.outranked
        native += other.native
    }
}

/// Takes scores of other machines into a store, one transaction long.
///
/// They belong to the chunk that has their text. Of several for one text and model the least stands, by the
/// outcome (a score before what is too short, that before a failure), the shard's SHA-256, line,
/// ordinal and spelling, whichever came first. A score that this store computed is never replaced.
struct ScoreImport {
    /// Where a file's scores come from.
    struct Source {
        /// Row id in `score_shard`.
        var shard: Int64
        /// SHA-256 of the shard.
        var hash: ContentHash
        /// Row ids in `model`.
        var models: ByRole<Int64>
        /// An outcome's one spelling.
        var spelling: (ChunkScore.Outcome) -> [UInt8]
    }

    /// What became of them so far.
    private(set) var counts = ScoreImportCounts()

    private let db: Database
    private let source: Source
    private let pending: Set<Int64>
    private let verify: RowStream
    private let find: RowStream
    private let insert: RowStream
    private let standing: RowStream
    private let update: RowStream
    private let done: RowStream
    private let read: RowStream
    private var tally = Tally()

    private struct Place {
        var chunk: Int
        var tokens: Int64
        var corpus: Int64
    }

    /// An import on a connection that writes.
    init(_ db: Database, _ source: Source) throws {
        self.db = db
        self.source = source
        pending = Set(try Store.currentModelIDs(db))
        let place = """
            SELECT c.id, c.tokens, d.corpus FROM chunk c CROSS JOIN document d ON d.id = c.document
            WHERE c.sha256 = ?1 AND c.duplicate_of IS NULL AND c.retired = 0
            """
        verify = try RowStream(db, sql: place + " AND c.id = ?2")
        find = try RowStream(db, sql: place)
        insert = try RowStream(
            db,
            sql: """
                INSERT INTO score (outcome, reason, \(ScoreSums.columns), shard, line, ordinal,
                    chunk, model)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                ON CONFLICT (chunk, model) DO NOTHING
                """)
        standing = try RowStream(
            db,
            sql: """
                SELECT s.outcome, s.reason, s.tokens, s.bytes, s.nll, s.nll_squared, s.top1,
                    s.top10, s.nll_adapted, s.repetition, q.sha256, s.line, s.ordinal
                FROM score s LEFT JOIN score_shard q ON q.id = s.shard
                WHERE s.chunk = ?1 AND s.model = ?2
                """)
        update = try RowStream(
            db,
            sql: """
                UPDATE score SET outcome = ?1, reason = ?2, tokens = ?3, bytes = ?4, nll = ?5,
                    nll_squared = ?6, top1 = ?7, top10 = ?8, nll_adapted = ?9, repetition = ?10,
                    shard = ?11, line = ?12, ordinal = ?13
                WHERE chunk = ?14 AND model = ?15
                """)
        done = try RowStream(db, sql: "DELETE FROM pending WHERE chunk = ?1 AND model = ?2")
        read = try RowStream(db, sql: "DELETE FROM unread WHERE chunk = ?1 AND model = ?2")
    }

    /// Takes rows; in the order of their chunks each page of the store is read and written once.
    mutating func add(_ rows: [ImportedScore]) throws {
        counts.chunks += rows.count
        for row in rows {
            guard let place = try place(of: row) else {
                counts.unknown += 1
                continue
            }
            try add(row.teacher, of: row, place, model: source.models.teacher)
            if source.models.reference != source.models.teacher {
                try add(row.reference, of: row, place, model: source.models.reference)
            }
        }
    }

    /// Writes the changes of counters.
    func finish() throws { try tally.write(db) }

    /// The chunk of a row, which may have changed since it was looked for; nil where it is gone.
    private func place(of row: ImportedScore) throws -> Place? {
        try verify.put(row.chunk, at: 2)
        return try place(of: row.hash, verify) ?? place(of: row.hash, find)
    }

    private func place(of hash: ContentHash, _ statement: RowStream) throws -> Place? {
        statement.reset()
        defer { statement.end() }
        try statement.put(hash, at: 1)
        guard try statement.next() else { return nil }
        return Place(
            chunk: Int(statement.integer(0)), tokens: statement.integer(1),
            corpus: statement.integer(2))
    }

    private mutating func add(
        _ outcome: ChunkScore.Outcome, of row: ImportedScore, _ place: Place, model: Int64
    ) throws {
        if try write(insert, outcome, row, place, model) == 1 {
            counts.recorded += 1
            try tally.addOutcome(
                outcome.word, sign: 1, tokens: place.tokens, corpus: place.corpus, model: model)
            guard pending.contains(model) else { return }
            if try remove(done, place, model) {
                tally.addPending(
                    sign: -1, tokens: place.tokens, corpus: place.corpus, model: model)
            } else if try remove(read, place, model) {
                tally.addUnread(sign: -1, corpus: place.corpus, model: model)
            }
            return
        }
        try meet(outcome, row, place, model)
    }

    /// Whether a row of this chunk and model was there, and is gone now.
    private func remove(_ statement: RowStream, _ place: Place, _ model: Int64) throws -> Bool {
        statement.reset()
        try statement.put(place.chunk, at: 1)
        try statement.put(Int(model), at: 2)
        return try statement.run(db) == 1
    }

    /// Decides between a score and the one that stands.
    private mutating func meet(
        _ outcome: ChunkScore.Outcome, _ row: ImportedScore, _ place: Place, _ model: Int64
    ) throws {
        standing.reset()
        try standing.put(place.chunk, at: 1)
        try standing.put(Int(model), at: 2)
        guard try standing.next(), let old = try standing.outcome(0) else {
            throw RefineryError(.unusable, "a score of chunk \(place.chunk) cannot be read")
        }
        defer { standing.end() }
        let isLess: Bool
        if let shard = standing.withBytes(10, { ContentHash($0) }) {
            let oldPlace = (Self.rank(old), shard, standing.integer(11), standing.integer(12))
            let newPlace = (
                Self.rank(outcome), source.hash, Int64(row.line), Int64(row.ordinal)
            )
            isLess =
                newPlace == oldPlace && old != outcome
                ? source.spelling(outcome).lexicographicallyPrecedes(source.spelling(old))
                : newPlace < oldPlace
        } else if Self.rank(outcome) < Self.rank(old) {
            // What failed here is no score that could stand.
            isLess = true
        } else {
            if old == outcome { counts.unchanged += 1 } else { counts.native += 1 }
            return
        }
        if old == outcome {
            counts.unchanged += 1
        } else if isLess {
            counts.replaced += 1
        } else {
            counts.outranked += 1
        }
        guard isLess else { return }
        // The place is taken over with an equal score, too: it is what a third one is measured by.
        standing.end()
        _ = try write(update, outcome, row, place, model)
        for (word, sign) in [(old.word, Int64(-1)), (outcome.word, 1)] {
            try tally.addOutcome(
                word, sign: sign, tokens: place.tokens, corpus: place.corpus, model: model)
        }
    }

    /// A score goes before a chunk that is too short, and that before a failure, wherever they come
    /// from.
    private static func rank(_ outcome: ChunkScore.Outcome) -> Int {
        switch outcome {
        case .scored: 0
        case .tooShort: 1
        case .failed: 2
        }
    }

    private func write(
        _ statement: RowStream, _ outcome: ChunkScore.Outcome, _ row: ImportedScore, _ place: Place,
        _ model: Int64
    ) throws -> Int {
        statement.reset()
        var sums: ScoreSums?
        var reason: String?
        switch outcome {
        case .scored(let scored, _): sums = scored
        case .failed(let said): reason = said
        case .tooShort: break
        }
        try statement.put(outcome.word, at: 1)
        try statement.put(reason, at: 2)
        try statement.put(sums?.tokens, at: 3)
        try statement.put(sums?.bytes, at: 4)
        try statement.put(sums?.nll, at: 5)
        try statement.put(sums?.nllSquared, at: 6)
        try statement.put(sums?.top1, at: 7)
        try statement.put(sums?.top10, at: 8)
        try statement.put(sums?.nllAdapted, at: 9)
        try statement.put(sums?.repetition, at: 10)
        try statement.put(Int(source.shard), at: 11)
        try statement.put(row.line, at: 12)
        try statement.put(row.ordinal, at: 13)
        try statement.put(place.chunk, at: 14)
        try statement.put(Int(model), at: 15)
        return try statement.run(db)
    }
}
