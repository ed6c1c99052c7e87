import Foundation
import GRDB

extension Store {
    /// Chunks that a current model has yet to score, ascending by id, after `chunk` (0: all).
    public func nextPending(after chunk: Int64, limit: Int) throws -> [PendingChunk] {
        guard limit > 0 else { return [] }
        return try query { db in
            let models = try Store.currentModels(db)
            let (teacher, reference) = (models.teacher, models.reference)
            var texts = try TextReader(Snapshot(db: db))
            var found: [PendingChunk] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT p.chunk, p.model, c.document, c.start, c."end", c.tokens
                    FROM pending p JOIN chunk c ON c.id = p.chunk
                    WHERE p.chunk > ? ORDER BY p.chunk
                    """, arguments: [chunk])
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
                if model == teacher?.id {
                    found[last].needsTeacher = true
                } else if model == reference?.id {
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
        for score in scores { try Store.check(score) }
        return try write { db in
            var tally = Tally()
            var recorded = 0
            for score in scores where try Store.record(score, &tally, db) { recorded += 1 }
            try tally.write(db)
            return recorded
        }
    }

    private static func check(_ score: ChunkScore) throws {
        guard
            case .scored(
                let tokens, let bytes, let nll, let squared, let top1, let top10, let all,
                let adapted, let repetition) = score.outcome
        else { return }
        let sums = [nll, squared, adapted ?? 0]
        guard sums.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw RefineryError(
                .invalid,
                "score of chunk \(score.chunk) is not a finite number from 0: "
                    + "nll \(nll), nll_squared \(squared), nll_adapted \(adapted ?? 0)",
                hint: "record it as failed, with the reason")
        }
        guard tokens > 0, bytes > 0, 0 <= top1, top1 <= top10, top10 <= tokens,
            all.map({ $0.count == 2 * tokens }) ?? true, (0...1).contains(repetition ?? 0)
        else {
            throw RefineryError(
                .invalid,
                "score of chunk \(score.chunk) contradicts itself: tokens \(tokens), "
                    + "bytes \(bytes), top1 \(top1), top10 \(top10)")
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
                INSERT INTO score (chunk, model, outcome, tokens, bytes, nll, nll_squared, top1,
                    top10, reason, nll_adapted, repetition)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chunk, model) DO NOTHING
                """)
        let outcome: String
        var tokenNLL: [UInt8]?
        switch score.outcome {
        case .scored(
            let tokens, let bytes, let nll, let squared, let top1, let top10, let all,
            let adapted, let repetition):
            outcome = "scored"
            tokenNLL = all
            try insert.execute(
                arguments: [
                    score.chunk, score.model, outcome, tokens, bytes, nll, squared, top1, top10,
                    nil, adapted, repetition,
                ])
        case .tooShort:
            outcome = "too_short"
            try insert.execute(
                arguments: [
                    score.chunk, score.model, outcome, nil, nil, nil, nil, nil, nil, nil, nil, nil,
                ])
        case .failed(let reason):
            outcome = "failed"
            try insert.execute(
                arguments: [
                    score.chunk, score.model, outcome, nil, nil, nil, nil, nil, nil, reason, nil,
                    nil,
                ])
        }
        guard db.changesCount == 1 else { return false }
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
        }
        return true
    }
}
