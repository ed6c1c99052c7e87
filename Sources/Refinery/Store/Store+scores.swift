import Foundation
import GRDB

extension Store {
    /// Chunks that a current model has yet to score, ascending by id.
    ///
    /// - Parameters:
    ///   - chunk: only those after it; 0 for all.
    ///   - limit: chunks at most.
    ///   - roles: only what models in these roles have yet to score.
    /// - Returns: The chunks, with their texts.
    /// - Throws: ``RefineryError`` where the store cannot be read.
    public func nextPending(
        after chunk: Int64, limit: Int, roles: [ModelRole] = ModelRole.allCases
    ) throws -> [PendingChunk] {
        guard limit > 0 else { return [] }
        return try query { db in
            let models = try Store.currentModels(db)
            let teacher = roles.contains(.teacher) ? models.teacher?.id : nil
            var reference = roles.contains(.reference) ? models.reference?.id : nil
            // One model in both roles scores as the teacher.
            if reference == models.teacher?.id { reference = nil }
            var texts = try TextReader(Snapshot(db: db))
            var found: [PendingChunk] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT p.chunk, p.model, c.document, c.start, c."end", c.tokens
                    FROM pending p JOIN chunk c ON c.id = p.chunk
                    WHERE p.chunk > ? AND p.model IN (?, ?) ORDER BY p.chunk
                    """, arguments: [chunk, teacher, reference])
            while let row = try rows.next() {
                let id: Int64 = row[0]
                let model: Int64 = row[1]
                if found.last?.id != id {
                    if found.count == limit { break }
                    let start: Int = row[3]
                    let text = try texts.text(of: row[2], start..<row[4])
                    found.append(
                        PendingChunk(
                            id: id, text: text, tokens: row[5], needsTeacher: false,
                            needsReference: false))
                }
                let last = found.count - 1
                if model == teacher {
                    found[last].needsTeacher = true
                } else if model == reference {
                    found[last].needsReference = true
                }
            }
            return found
        }
    }

    /// Records scores and takes them from `pending`, in one transaction.
    ///
    /// Scores that are recorded already, and those of chunks that are gone, are passed over.
    /// - Throws: `RefineryError` for a number that is negative or not finite: that is a failure.
    /// - Returns: How many were recorded.
    @discardableResult
    public func recordScores(_ scores: [ChunkScore]) throws -> Int {
        for score in scores {
            guard case .scored(let sums, let tokenNLL) = score.outcome else { continue }
            try sums.check(chunk: score.chunk, tokenNLL16: tokenNLL)
        }
        return try write { db in
            var tally = Tally()
            var recorded = 0
            for score in scores where try Store.record(score, &tally, db) { recorded += 1 }
            try tally.write(db)
            return recorded
        }
    }

    private static func record(
        _ score: ChunkScore, _ tally: inout Tally, _ db: Database
    ) throws -> Bool {
        let find = try db.cachedStatement(
            sql: """
                SELECT d.corpus, c.tokens FROM chunk c JOIN document d ON d.id = c.document
                WHERE c.id = ? AND c.duplicate_of IS NULL AND c.retired = 0
                """)
        guard let row = try Row.fetchOne(find, arguments: [score.chunk]) else { return false }
        let corpus: Int64 = row[0]
        let chunkTokens: Int64 = row[1]
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO score (chunk, model, outcome, reason, \(ScoreSums.columns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chunk, model) DO NOTHING
                """)
        let outcome = score.outcome.word
        var sums = ScoreSums.noValues
        var tokenNLL: [UInt8]?
        var reason: String?
        switch score.outcome {
        case .scored(let scored, let all):
            sums = scored.values
            tokenNLL = all
        case .tooShort: break
        case .failed(let said): reason = said
        }
        try insert.execute(
            arguments: [score.chunk, score.model, outcome, reason] + sums)
        guard db.changesCount == 1 else {
            // A score stands: what is scored is not pending.
            try db.cachedStatement(sql: "DELETE FROM pending WHERE chunk = ? AND model = ?")
                .execute(arguments: [score.chunk, score.model])
            if db.changesCount == 1 {
                tally.addPending(
                    sign: -1, tokens: chunkTokens, corpus: corpus, model: score.model)
            }
            return false
        }
        if let summary = score.summary {
            try db.cachedStatement(sql: "INSERT INTO chunk_summary VALUES (?, ?, ?)")
                .execute(arguments: [score.chunk, score.model, Data(summary)])
        }
        if let tokenNLL {
            try db.cachedStatement(sql: "INSERT INTO token_nll VALUES (?, ?, ?)")
                .execute(arguments: [score.chunk, score.model, Data(tokenNLL)])
        }
        try tally.addOutcome(
            outcome, sign: 1, tokens: chunkTokens, corpus: corpus, model: score.model)
        try db.cachedStatement(sql: "DELETE FROM pending WHERE chunk = ? AND model = ?")
            .execute(arguments: [score.chunk, score.model])
        if db.changesCount == 1 {
            tally.addPending(sign: -1, tokens: chunkTokens, corpus: corpus, model: score.model)
            return true
        }
        try db.cachedStatement(sql: "DELETE FROM unread WHERE chunk = ? AND model = ?")
            .execute(arguments: [score.chunk, score.model])
        if db.changesCount == 1 {
            tally.addUnread(sign: -1, corpus: corpus, model: score.model)
        }
        return true
    }
}
