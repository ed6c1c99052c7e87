import Foundation
import GRDB

extension Store {
    /// Chooses chunks by a rule and records them, in one transaction; a selection never changes.
    ///
    /// Memory: about 48 bytes a candidate.
    /// - Throws: `StoreError` where a model is missing, nothing is scored, chunks are pending and
    ///   the rule is not partial, the name is taken, or the models cannot be compared.
    public func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        if let name { try Store.check(selection: name) }
        return try pool.write { db in
            let models = try Store.currentModels(db)
            guard let teacher = models.teacher, let reference = models.reference else {
                let role = models.teacher == nil ? "teacher" : "reference"
                throw StoreError(
                    .refused, "nothing can be selected: the store has no \(role) model yet",
                    hint: "start refineryd with both models and let it score")
            }
            let corpus = try Store.corpusID(rule.corpus, db)
            let name = try Store.freeName(name, rule: rule, db)
            let scope = try Store.scope(rule, models, db)
            let reader = CandidateReader(teacher: teacher, reference: reference)
            var result = try reader.read(db, rule: rule, corpus: corpus)
            try Store.checkComplete(rule, scope: scope, result: result)

            var domains = DomainTally()
            var dropped = LengthHistogram()
            var kept = LengthHistogram()
            result.candidates.sort(by: Candidate.ranksBefore)
            let count = rule.keptCount(of: result.candidates)
            var tokens = 0
            for (index, candidate) in result.candidates.enumerated() {
                domains.add(candidate, isKept: index < count)
                tokens += Int(candidate.tokens)
                if index < count {
                    kept.add(Int(candidate.tokens))
                } else {
                    dropped.add(Int(candidate.tokens))
                }
            }
            let chosen = result.candidates[..<count]
            var summary = SelectionSummary(
                id: 0, name: name, created: Store.now(), rule: rule,
                teacher: teacher.fingerprint, reference: reference.fingerprint, unit: result.unit,
                candidates: result.candidates.count, pending: result.exclusions.pending,
                unchunkedDocuments: Int(scope.unchunked), tooShort: result.exclusions.tooShort,
                failed: result.exclusions.failed, duplicates: result.exclusions.duplicates,
                keptDocuments: Set(chosen.lazy.map(\.document)).count, keptChunks: count,
                keptTokens: chosen.reduce(0) { $0 + Int($1.tokens) },
                documents: Int(scope.documents), chunks: Int(scope.chunks), tokens: tokens,
                minScore: chosen.last?.score, maxScore: chosen.first?.score,
                domains: try domains.summaries { try Store.domainName($0, db) },
                keptLengths: kept.quantiles, droppedLengths: dropped.quantiles)
            try Store.record(
                &summary, teacher: teacher.id, reference: reference.id, chosen: chosen, db)
            return summary
        }
    }

    private static func checkComplete(
        _ rule: SelectionRule, scope: CorpusStatus, result: CandidateReader.Result
    ) throws {
        let pending = result.exclusions.pending
        if !rule.partial, pending > 0 || scope.unchunked > 0 {
            throw StoreError(
                .refused,
                "\(pending) chunks are not scored yet and \(scope.unchunked) documents not cut "
                    + "yet; \(result.candidates.count) chunks are candidates",
                hint: "wait until they are done, or ask for a partial selection")
        }
        if result.candidates.isEmpty {
            throw StoreError(
                .refused,
                "nothing is scored: no candidates among \(scope.chunks) chunks "
                    + "(\(pending) pending, \(result.exclusions.tooShort) too short, "
                    + "\(result.exclusions.failed) failed)",
                hint: scope.documents == 0 ? "enqueue a corpus first" : nil)
        }
    }

    /// The counts of the corpora that the rule chooses from, added up.
    private static func scope(
        _ rule: SelectionRule, _ models: (teacher: ModelRecord?, reference: ModelRecord?),
        _ db: Database
    ) throws -> CorpusStatus {
        let wanted = rule.corpus.map { Array($0.utf8) }
        return try corpora(db, models).reduce(into: CorpusStatus(name: "")) { sum, corpus in
            guard wanted == nil || wanted == Array(corpus.name.utf8) else { return }
            sum.documents += corpus.documents
            sum.chunks += corpus.chunks
            sum.unchunked += corpus.unchunked
        }
    }

    private static func corpusID(_ name: String?, _ db: Database) throws -> Int64? {
        guard let name else { return nil }
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL",
            arguments: [name])
        guard let id else {
            throw StoreError(
                .notFound, "there is no corpus \"\(name)\"",
                hint: "`refinectl corpora` lists them")
        }
        return id
    }

    private static func check(selection name: String) throws {
        let isSound =
            !name.isEmpty && name.utf8.count <= 255
            && name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        if !isSound {
            throw StoreError(
                .invalid, "selection name must be 1 to 255 bytes without control characters")
        }
    }

    private static func freeName(
        _ name: String?, rule: SelectionRule, _ db: Database
    ) throws -> String {
        func isTaken(_ name: String) throws -> Bool {
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM selection WHERE name = ?)",
                arguments: [name]) == true
        }
        if let name {
            guard try !isTaken(name) else {
                throw StoreError(
                    .refused, "there is a selection \"\(name)\" already, and it never changes",
                    hint: "choose another name")
            }
            return name
        }
        var number = 1
        while try isTaken("\(rule.suggestedName)-\(number)") { number += 1 }
        return "\(rule.suggestedName)-\(number)"
    }

    private static func domainName(_ id: Int32, _ db: Database) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT name FROM domain WHERE id = ?", arguments: [id])
            .map { Array($0) }
    }

    private static func record(
        _ summary: inout SelectionSummary, teacher: Int64, reference: Int64,
        chosen: ArraySlice<Candidate>, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO selection (name, created, rule, teacher, reference, unit, candidates,
                    chunks, tokens, summary)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')
                """,
            arguments: [
                summary.name, summary.created, summary.rule.canonicalJSON, teacher, reference,
                summary.unit.rawValue, summary.candidates, summary.keptChunks, summary.keptTokens,
            ])
        summary.id = db.lastInsertedRowID
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try db.execute(
            sql: "UPDATE selection SET summary = ? WHERE id = ?",
            arguments: [String(decoding: try encoder.encode(summary), as: UTF8.self), summary.id])
        let insert = try db.makeStatement(sql: "INSERT INTO selection_chunk VALUES (?, ?, ?, ?)")
        for (rank, candidate) in chosen.enumerated() {
            try insert.execute(
                arguments: [summary.id, rank + 1, candidate.chunk, candidate.score])
        }
    }
}
