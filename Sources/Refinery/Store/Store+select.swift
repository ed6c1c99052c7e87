import Foundation
import GRDB

extension Store {
    /// Chooses chunks by a rule and records them; a selection never changes.
    ///
    /// The scores are read on a snapshot, beside whatever is written meanwhile; the writer is
    /// held while the rows are recorded, in one transaction. Memory is bounded; over half a million
    /// candidates are sorted in a file beside the store, at 32 bytes each.
    /// - Throws: `StoreError` where a model is missing, nothing is scored, chunks are pending and
    ///   the rule is not partial, the name is taken, or the models cannot be compared.
    public func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        if let name { try Store.check(selection: name) }
        let choice = try pool.read { try choose(rule, name: name, $0) }
        if let summary = try record(choice) { return summary }
        // Chunks were deleted or replaced meanwhile: once more, with nobody writing.
        return try pool.write { db in
            try SelectionRecorder(db).record(choose(rule, name: name, db))
        }
    }

    /// What a rule keeps of the scores as they stand.
    func choose(
        _ rule: SelectionRule, name: String?, _ db: Database
    ) throws -> SelectionChoice {
        let models = try Store.currentModels(db)
        guard let teacher = models.teacher, let reference = models.reference else {
            let role = models.teacher == nil ? "teacher" : "reference"
            throw StoreError(
                .refused, "nothing can be selected: the store has no \(role) model yet",
                hint: "start refineryd with both models and let it score")
        }
        // Before the scores are read; the recorder looks again.
        _ = try SelectionRecorder(db).freeName(name, rule: rule)
        let corpus = try Store.corpusID(rule.corpus, db)
        let scope = try Store.scope(rule, models, db)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let result = try CandidateReader(teacher: teacher, reference: reference, folder: folder)
            .read(db, rule: rule, corpus: corpus)
        try Store.checkComplete(rule, scope: scope, result: result)

        var tally = SelectionTally()
        var prefix = KeptPrefix(rule.size, candidates: result.candidates.count)
        var ranked = try result.candidates.ranked()
        while let candidate = try ranked.next() {
            tally.add(candidate, isKept: prefix.keeps(candidate))
        }
        let summary = SelectionSummary(
            id: 0, name: name ?? "", created: 0, rule: rule,
            teacher: teacher.fingerprint, reference: reference.fingerprint, unit: result.unit,
            candidates: result.candidates.count, pending: result.exclusions.pending,
            unchunkedDocuments: Int(scope.unchunked), tooShort: result.exclusions.tooShort,
            failed: result.exclusions.failed, duplicates: result.exclusions.duplicates,
            keptDocuments: tally.keptDocuments.count, keptChunks: prefix.count,
            keptTokens: tally.keptTokens, documents: Int(scope.documents),
            chunks: Int(scope.chunks), tokens: tally.tokens, minScore: tally.minScore,
            maxScore: tally.maxScore,
            domains: try tally.domains.summaries { try Store.domainName($0, db) },
            keptLengths: tally.keptLengths.quantiles, droppedLengths: tally.droppedLengths.quantiles
        )
        return SelectionChoice(
            summary: summary, name: name, teacher: teacher.id, reference: reference.id,
            candidates: result.candidates)
    }

    /// Records a choice; nil where a chunk of it is gone since the scores were read.
    func record(_ choice: SelectionChoice) throws -> SelectionSummary? {
        do {
            return try pool.write { try SelectionRecorder($0).record(choice) }
        } catch let error as DatabaseError
            where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
        {
            return nil
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
        if result.candidates.count == 0 {
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

    private static func domainName(_ id: Int32, _ db: Database) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT name FROM domain WHERE id = ?", arguments: [id])
            .map { Array($0) }
    }
}
