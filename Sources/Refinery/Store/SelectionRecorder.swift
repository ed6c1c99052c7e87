import Foundation
import GRDB

/// What a rule keeps of a snapshot's scores, on its way into the store.
struct SelectionChoice {
    /// The summary, but for what recording decides: row id, name and time.
    let summary: SelectionSummary
    /// The name asked for; nil for the next of the rule's own.
    let name: String?
    /// The teacher's row id.
    let teacher: Int64
    /// The reference's row id.
    let reference: Int64
    /// What is kept, in rank.
    let kept: SpillTable<Selector.Kept>
}

/// Writes selections, within a transaction.
struct SelectionRecorder {
    /// Rows inserted together, in the order of their chunks.
    private static let batch = 1 << 16

    private let db: Database

    /// A recorder within a write transaction.
    init(_ db: Database) {
        self.db = db
    }

    /// Records a choice and its rows.
    ///
    /// - Throws: `RefineryError` where the name is taken; `DatabaseError` (foreign key) where a chunk
    ///   of the choice is gone.
    func record(_ choice: SelectionChoice) throws -> SelectionSummary {
        var summary = choice.summary
        summary.name = try freeName(choice.name, rule: summary.rule)
        summary.created = Store.now()
        try db.execute(
            sql: """
                INSERT INTO selection (name, created, rule, teacher, reference, unit, candidates,
                    chunks, tokens, summary)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')
                """,
            arguments: [
                summary.name, summary.created, try summary.rule.canonicalJSON(), choice.teacher,
                choice.reference, summary.unit.rawValue, summary.candidates, summary.keptChunks,
                summary.keptTokens,
            ])
        summary.id = db.lastInsertedRowID
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try db.execute(
            sql: "UPDATE selection SET summary = ? WHERE id = ?",
            arguments: [String(decoding: try encoder.encode(summary), as: UTF8.self), summary.id])
        try insertRows(choice.kept, by: summary.rule.unit, of: summary.id)
        return summary
    }

    /// Inserts what is kept with its ranks.
    ///
    /// By chunk within a batch, since the table has an index by chunk: a row at a random place of
    /// it each would read and write a page of it a row once it outgrows SQLite's cache.
    private func insertRows(
        _ kept: SpillTable<Selector.Kept>, by unit: SelectionRule.Unit, of selection: Int64
    ) throws {
        let table = unit == .chunk ? "selection_chunk" : "selection_document"
        let insert = try db.makeStatement(sql: "INSERT INTO \(table) VALUES (?, ?, ?, ?)")
        var batch: [(rank: Int, id: Int64, score: Double)] = []
        func flush() throws {
            batch.sort { $0.id < $1.id }
            for row in batch {
                try insert.execute(arguments: [selection, row.rank, row.id, row.score])
            }
            batch.removeAll(keepingCapacity: true)
        }
        try kept.forEach { place, item in
            if batch.count == Self.batch { try flush() }
            batch.append((place + 1, unit == .chunk ? item.chunk : item.document, item.score))
        }
        try flush()
    }

    /// The name where it is free, or the rule's next.
    func freeName(_ name: String?, rule: SelectionRule) throws -> String {
        if let name {
            guard try !isTaken(name) else {
                throw RefineryError(
                    .refused, "there is a selection \"\(name)\" already, and it never changes",
                    hint: "choose another name")
            }
            return name
        }
        var number = 1
        while try isTaken("\(rule.suggestedName)-\(number)") { number += 1 }
        return "\(rule.suggestedName)-\(number)"
    }

    private func isTaken(_ name: String) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM selection WHERE name = ?)", arguments: [name])
            == true
    }
}
