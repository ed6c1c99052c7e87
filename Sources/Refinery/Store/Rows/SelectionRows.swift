import Foundation
import GRDB

/// A recorded selection's row.
struct SelectionRow {
    /// Row id.
    let id: Int64
    /// Row ids of the models that it was made with.
    let models: ByRole<Int64>
    /// Chunks that it keeps, or documents where it keeps those.
    let count: Int
    /// Their scored tokens.
    let tokens: Int
    /// What its scores are divided by.
    let scoreUnit: String
    /// What ``SelectionStage`` recorded of it, as JSON.
    let summary: String

    fileprivate static let sql =
        "SELECT id, teacher, reference, chunks, tokens, summary, unit FROM selection"

    fileprivate init(_ row: Row) {
        id = row[0]
        models = ByRole(teacher: row[1], reference: row[2])
        count = row[3]
        tokens = row[4]
        summary = row[5]
        scoreUnit = row[6]
    }
}

/// A selection on its way into the store.
struct NewSelection {
    /// The unique name.
    var name: String
    /// When it is made, ms since 1970, UTC.
    var created = Store.now()
    /// The rule as JSON.
    var rule: String
    /// Row ids of the models.
    var models: ByRole<Int64>
    /// What its scores are divided by.
    var scoreUnit: String
    /// Whether it keeps chunks or documents.
    var itemUnit: ItemUnit
    /// Chunks or documents that could be kept.
    var candidates: Int
    /// Those kept.
    var count: Int
    /// Their scored tokens.
    var tokens: Int
}

extension Snapshot {
    /// Every selection, oldest first.
    func selections() throws -> [SelectionRow] {
        try Row.fetchAll(db, sql: SelectionRow.sql + " ORDER BY id").map(SelectionRow.init)
    }

    /// The newest selections, newest first; so many at most.
    func newestSelections(_ limit: Int) throws -> [SelectionRow] {
        try Row.fetchAll(
            db, sql: SelectionRow.sql + " ORDER BY id DESC LIMIT ?", arguments: [limit]
        ).map(SelectionRow.init)
    }

    /// The selection of that row id.
    func selection(id: Int64) throws -> SelectionRow? {
        try Row.fetchOne(db, sql: SelectionRow.sql + " WHERE id = ?", arguments: [id])
            .map(SelectionRow.init)
    }

    /// The selection of that name.
    func selection(named name: String) throws -> SelectionRow? {
        try Row.fetchOne(db, sql: SelectionRow.sql + " WHERE name = ?", arguments: [name])
            .map(SelectionRow.init)
    }

    /// The selection of that name.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    func requiredSelection(named name: String) throws -> SelectionRow {
        guard let row = try selection(named: name) else {
            let names = try String.fetchAll(
                db, sql: "SELECT name FROM selection ORDER BY id DESC LIMIT 10000")
            throw RefineryError.missing(.selection, name, among: names)
        }
        return row
    }

    /// The row ids of what a selection keeps.
    func kept(by selection: Int64, _ unit: ItemUnit) throws -> IDSet {
        let rows = try RowStream(
            db, sql: "SELECT \(unit.rawValue) FROM selection_\(unit.rawValue) WHERE selection = ?")
        try rows.begin(selection)
        var kept = IDSet()
        while try rows.next() { kept.insert(rows.integer(0)) }
        return kept
    }

    /// The rank and score of one chunk or document in a selection; nil where it is not kept.
    func kept(
        _ id: Int64, by selection: Int64, _ unit: ItemUnit
    ) throws -> (rank: Int, score: Double)? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT rank, score FROM selection_\(unit.rawValue)
                WHERE selection = ? AND \(unit.rawValue) = ?
                """, arguments: [selection, id]
        ).map { (rank: $0[0], score: $0[1]) }
    }

    /// The scored tokens of a chunk `c` in a selection `s`: the teacher's, else where it did not
    /// read the chunk those of a reference with the same tokens, else the chunker's.
    ///
    /// NULL of a chunk that a model found too short or could not score.
    private static let tokensOfChunk = """
        coalesce(
            (SELECT t.tokens FROM score t
                WHERE t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = s.teacher),
            (SELECT CASE s.unit WHEN 'token' THEN r.tokens ELSE c.tokens END FROM score r
                WHERE r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = s.reference
                AND r.outcome = 'scored' AND NOT EXISTS (SELECT 1 FROM score t
                    WHERE t.chunk = r.chunk AND t.model = s.teacher)))
        """

    /// What a selection keeps by ascending row id (column 0), with the scored tokens (column 1).
    func keptTokens(of selection: Int64, _ unit: ItemUnit) throws -> RowStream {
        let column = unit.rawValue
        let tokens =
            unit == .chunk
            ? """
            (SELECT \(Self.tokensOfChunk) FROM selection s CROSS JOIN chunk c
                WHERE s.id = k.selection AND c.id = k.chunk)
            """
            : """
            (SELECT sum(\(Self.tokensOfChunk)) FROM selection s CROSS JOIN chunk c
                WHERE s.id = k.selection AND c.document = k.document)
            """
        let rows = try RowStream(
            db,
            sql: """
                SELECT k.\(column), \(tokens) FROM selection_\(column) k
                WHERE k.selection = ? ORDER BY k.\(column)
                """)
        try rows.begin(selection)
        return rows
    }

    /// Hands over domain (0 for none) and scored tokens of everything that a selection keeps.
    func forEachKept(
        of selection: Int64, _ body: (_ domain: Int32, _ tokens: Int32) throws -> Void
    ) throws {
        let rows = try RowStream(
            db,
            sql: """
                SELECT coalesce(d.domain, 0), \(Self.tokensOfChunk) FROM selection s
                CROSS JOIN selection_chunk k ON k.selection = s.id
                CROSS JOIN chunk c ON c.id = k.chunk CROSS JOIN document d ON d.id = c.document
                WHERE s.id = ?1
                UNION ALL SELECT coalesce(d.domain, 0),
                    (SELECT sum(\(Self.tokensOfChunk)) FROM chunk c WHERE c.document = d.id)
                FROM selection s CROSS JOIN selection_document k ON k.selection = s.id
                CROSS JOIN document d ON d.id = k.document WHERE s.id = ?1
                """)
        try rows.begin(selection)
        while try rows.next() { try body(try rows.small(0), try rows.small(1)) }
    }

    /// The name where it is free, or the next of `suggested`: `NAME-1`, `NAME-2`.
    ///
    /// - Throws: ``RefineryError`` where the name is taken.
    func freeName(_ name: String?, suggested: String) throws -> String {
        if let name {
            guard try !isTaken(name) else {
                throw RefineryError(
                    .refused, "there is a selection \"\(name)\" already, and it never changes",
                    hint: "choose another name")
            }
            return name
        }
        var number = 1
        while try isTaken("\(suggested)-\(number)") { number += 1 }
        return "\(suggested)-\(number)"
    }

    private func isTaken(_ name: String) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM selection WHERE name = ?)", arguments: [name])
            == true
    }
}

/// A write transaction in which a selection is recorded.
struct SelectionTransaction {
    /// What is read in it.
    let snapshot: Snapshot
    private var db: Database { snapshot.db }

    /// Rows inserted together, in the order of their chunks.
    private static let batch = 1 << 16

    fileprivate init(_ db: Database) {
        snapshot = Snapshot(db: db)
    }

    /// Records a selection and what it keeps.
    ///
    /// - Parameters:
    ///   - new: the row.
    ///   - summary: what is recorded of it as JSON, once its row id is known.
    ///   - forEach: hands over what is kept with its rank from 1.
    /// - Returns: the row id.
    /// - Throws: what `summary` and `forEach` throw, and what SQLite does.
    func insert(
        _ new: NewSelection, summary: (_ id: Int64) throws -> String,
        forEach: ((_ rank: Int, _ id: Int64, _ score: Double) throws -> Void) throws -> Void
    ) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO selection (name, created, rule, teacher, reference, unit, candidates,
                    chunks, tokens, summary)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')
                """,
            arguments: [
                new.name, new.created, new.rule, new.models.teacher, new.models.reference,
                new.scoreUnit, new.candidates, new.count, new.tokens,
            ])
        let id = db.lastInsertedRowID
        try db.execute(
            sql: "UPDATE selection SET summary = ? WHERE id = ?", arguments: [try summary(id), id])
        // By chunk within a batch, since the table has an index by chunk: a row at a random place
        // of it each would read and write a page a row once it outgrows SQLite's cache.
        let insert = try db.makeStatement(
            sql: "INSERT INTO selection_\(new.itemUnit.rawValue) VALUES (?, ?, ?, ?)")
        var batch: [(rank: Int, id: Int64, score: Double)] = []
        func flush() throws {
            batch.sort { $0.id < $1.id }
            for row in batch { try insert.execute(arguments: [id, row.rank, row.id, row.score]) }
            batch.removeAll(keepingCapacity: true)
        }
        try forEach { rank, item, score in
            if batch.count == Self.batch { try flush() }
            batch.append((rank, item, score))
        }
        try flush()
        return id
    }
}

extension Store {
    /// Runs `body` in a write transaction; nil where a chunk that it records is gone.
    func recordSelection<Value>(
        _ body: (SelectionTransaction) throws -> Value
    ) throws -> Value? {
        do {
            return try write { try body(SelectionTransaction($0)) }
        } catch let error as DatabaseError
            where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
        {
            return nil
        }
    }
}
