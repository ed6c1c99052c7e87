import Foundation
import GRDB

extension Store {
    /// Chooses chunks or documents by a rule and records them; a selection never changes.
    ///
    /// The scores are read on a snapshot, beside whatever is written meanwhile; the writer is
    /// held while the rows are recorded, in one transaction. Beyond some ten thousand scored
    /// chunks they are gathered and sorted in files beside the store, at 160 bytes each.
    /// - Throws: `RefineryError` where a model is missing, nothing is scored, chunks are pending and
    ///   the rule is not partial, the name is taken, or the models cannot be compared.
    public func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        if let name { try Store.check(selection: name) }
        let choice = try read { try choose(rule, name: name, $0) }
        if let summary = try record(choice) { return summary }
        // Chunks were deleted or replaced meanwhile: once more, with nobody writing.
        return try write { db in
            try SelectionRecorder(db).record(choose(rule, name: name, db))
        }
    }

    /// What ``select(_:name:)`` would record now: the summary, with 0 as its row id.
    public func preview(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        if let name { try Store.check(selection: name) }
        return try read { db in
            var summary = try choose(rule, name: name, db).summary
            summary.name = try SelectionRecorder(db).freeName(name, rule: rule)
            return summary
        }
    }

    /// What a rule keeps of the scores as they stand.
    func choose(
        _ rule: SelectionRule, name: String?, _ db: Database
    ) throws -> SelectionChoice {
        let (teacher, reference) = try Store.currentPair(db)
        // Before the scores are read; the recorder looks again.
        _ = try SelectionRecorder(db).freeName(name, rule: rule)
        let scope = try Store.scope(rule, (teacher, reference), db)
        let names = try RuleNames(db).resolve(rule)
        let scan = try scan(rule, teacher, reference).read(db)
        try Store.checkComplete(rule, scope: scope, scan: scan)
        let selector = Selector(rule, names: names, folder: folder)
        let (candidates, removals) = try selector.candidates(among: scan.items, by: scan.reader)
        try Store.checkSome(candidates, removals)
        let outcome = try selector.keep(candidates, removals: removals)
        let summary = try Store.summary(
            of: outcome, removed: candidates.removed, rule: rule, pair: (teacher, reference),
            scope: scope, scan: scan, db)
        return SelectionChoice(
            summary: summary, name: name, teacher: teacher.id, reference: reference.id,
            kept: outcome.kept)
    }

    /// How what is scored is read for a rule.
    func scan(
        _ rule: SelectionRule, _ teacher: ModelRecord, _ reference: ModelRecord
    ) throws -> ScoreScan {
        ScoreScan(
            teacher: teacher, reference: reference, corpus: rule.corpus, unit: rule.unit,
            lot: SelectionOrder.lot(rule), imported: rule.importedColumns, folder: folder)
    }

    /// Where files lie that are too large for memory.
    var folder: String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    /// Records a choice; nil where a chunk of it is gone since the scores were read.
    func record(_ choice: SelectionChoice) throws -> SelectionSummary? {
        do {
            return try write { try SelectionRecorder($0).record(choice) }
        } catch let error as DatabaseError
            where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
        {
            return nil
        }
    }

    /// The models whose scores are compared.
    ///
    /// - Throws: `RefineryError` where one is missing.
    static func currentPair(
        _ db: Database
    ) throws -> (teacher: ModelRecord, reference: ModelRecord) {
        let models = try currentModels(db)
        guard let teacher = models.teacher, let reference = models.reference else {
            let role = models.teacher == nil ? "teacher" : "reference"
            throw RefineryError(
                .refused, "nothing can be selected: the store has no \(role) model yet",
                hint: "start refineryd with both models and let it score")
        }
        return (teacher, reference)
    }

    private static func checkComplete(
        _ rule: SelectionRule, scope: CorpusStatus, scan: ScoreScan.Result
    ) throws {
        let unit = rule.unit.rawValue + "s"
        let pending = scan.exclusions.pending
        if !rule.partial, pending > 0 || scope.unchunked > 0 {
            throw RefineryError(
                .refused,
                "\(pending) \(unit) are not scored yet and \(scope.unchunked) documents not cut "
                    + "yet; \(scan.items.count) \(unit) are scored",
                hint: "wait until they are done, or ask for a partial selection (--partial)")
        }
        if scan.items.count == 0 {
            throw RefineryError(
                .refused,
                "nothing is scored: no candidates among \(scope.chunks) chunks "
                    + "(\(pending) \(unit) pending, \(scan.exclusions.tooShort) too short, "
                    + "\(scan.exclusions.failed) failed)",
                hint: scope.documents == 0
                    ? "there is no document: `enqueue` takes a corpus, `refine` files that hold some"
                    : nil)
        }
    }

    private static func checkSome(_ candidates: CandidateSet, _ removals: [Removal]) throws {
        guard candidates.count == 0 else { return }
        let removals = removals.filter { $0.items > 0 }
        let byGuards = removals.contains { ["short", "repetition"].contains($0.by) }
        throw RefineryError(
            .refused,
            "no candidates are left of \(candidates.items.count) scored: "
                + removals.map { "\($0.by) removed \($0.items)" }.joined(separator: ", "),
            hint: byGuards
                ? "--no-guards turns the guards off" : "widen --where, or name other domains")
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

    private static func summary(
        of outcome: Selector.Outcome, removed: [Int32: DomainTotal], rule: SelectionRule,
        pair: (teacher: ModelRecord, reference: ModelRecord), scope: CorpusStatus,
        scan: ScoreScan.Result, _ db: Database
    ) throws -> SelectionSummary {
        let tally = outcome.tally
        let duplicates = outcome.removals.first { $0.by == "duplicates" }
        let scores = ScoreQuantiles(tally.scores)
        let keptScores = ScoreQuantiles(tally.keptScores)
        return SelectionSummary(
            id: 0, name: "", created: 0, rule: rule, teacher: pair.teacher.fingerprint,
            reference: pair.reference.fingerprint, unit: scan.unit,
            candidates: outcome.candidates, pending: scan.exclusions.pending,
            unchunkedDocuments: Int(scope.unchunked), tooShort: scan.exclusions.tooShort,
            failed: scan.exclusions.failed, duplicates: duplicates?.items ?? 0,
            keptDocuments: tally.keptDocuments.count, keptChunks: tally.keptCount,
            keptTokens: tally.keptTokens, documents: Int(scope.documents),
            chunks: Int(scope.chunks), tokens: tally.tokens, minScore: keptScores?.min,
            maxScore: keptScores?.max,
            domains: try tally.domains.summaries { try Store.domainName($0, db) },
            keptLengths: tally.keptLengths.quantiles,
            droppedLengths: tally.droppedLengths.quantiles, removals: outcome.removals,
            scores: scores, keptScores: keptScores, lengthBins: tally.lengthBins,
            nearCut: outcome.nearCut,
            columns: try rule.importedColumns.map { try ImportedColumn(named: $0, db).source(db) },
            categories: rule.mix?.by == nil
                ? nil : try tally.categories.summaries { try ImportedColumn.category($0, db) },
            domainsBefore: removed.isEmpty
                ? nil : try tally.domains.before(adding: removed) { try Store.domainName($0, db) })
    }

    /// The row id of a corpus.
    ///
    /// - Throws: `RefineryError` where there is none of that name.
    static func corpusID(_ name: String?, _ db: Database) throws -> Int64? {
        guard let name else { return nil }
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM corpus WHERE name = ? AND deleted IS NULL",
            arguments: [name])
        guard let id else {
            throw RefineryError.missing(.corpus, name)
        }
        return id
    }

    private static func check(selection name: String) throws {
        let isSound =
            !name.isEmpty && name.utf8.count <= 255
            && name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        if !isSound {
            throw RefineryError(
                .invalid, "selection name must be 1 to 255 bytes without control characters")
        }
    }

    static func domainName(_ id: Int32, _ db: Database) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT name FROM domain WHERE id = ?", arguments: [id])
            .map { Array($0) }
    }
}
