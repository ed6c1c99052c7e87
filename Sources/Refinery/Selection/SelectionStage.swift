import Prediction

/// Chooses chunks or documents by rules, and says what became of them.
public struct SelectionStage: Sendable {
    let store: Store
    private let isCancelled: @Sendable () -> Bool
    private let told: @Sendable (SelectionProgress) -> Void

    /// The stage over a store.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - isCancelled: asked now and then while a selection is made; true gives it up, and nothing
    ///     of it is recorded.
    ///   - told: hears how far it is. It may be called inside of a transaction of the store, so it
    ///     must not use the store.
    public init(
        _ store: Store, isCancelled: @escaping @Sendable () -> Bool = { false },
        told: @escaping @Sendable (SelectionProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.isCancelled = isCancelled
        self.told = told
    }

    /// What a rule keeps of a snapshot's scores, on its way into the store.
    struct Choice {
        /// The summary, but for what recording decides: row id, name and time.
        let summary: SelectionSummary
        /// Row ids of the models.
        let models: ByRole<Int64>
        /// What is kept, in rank.
        let kept: SpillTable<Ranking.Kept>
    }

    /// Chooses chunks or documents by a rule and records them; a selection never changes.
    ///
    /// The scores are read on a snapshot, beside whatever is written meanwhile; the writer is
    /// held while the rows are recorded, in one transaction. Beyond some ten thousand scored
    /// chunks they are gathered and sorted in files beside the store, at 128 bytes each, and 8 more
    /// for each imported column that the rule reads.
    /// - Throws: ``RefineryError`` where a model is missing, nothing is scored, chunks are pending
    ///   and the rule is not partial, the name is taken, or the models cannot be compared;
    ///   ``JobCancelled``.
    public func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        let name = try name.map { try Name($0, of: .selection).text }
        let choice = try store.read(isCancelled: isCancelled) {
            try choose(rule, name: name, $0)
        }
        if let summary = try record(choice, name: name) { return summary }
        // Chunks were deleted or replaced meanwhile: once more, with nobody writing.
        let summary = try store.recordSelection { transaction in
            try record(
                choose(rule, name: name, transaction.snapshot), name: name, transaction)
        }
        guard let summary else {
            throw RefineryError(
                .unusable, "a chunk of the selection is gone while nobody writes",
                hint: "the file is damaged; restore a backup")
        }
        return summary
    }

    /// What ``select(_:name:)`` would record now: the summary, with 0 as its row id.
    public func preview(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try rule.validate()
        let name = try name.map { try Name($0, of: .selection).text }
        return try store.read(isCancelled: isCancelled) { snapshot in
            var summary = try choose(rule, name: name, snapshot).summary
            summary.name = try snapshot.freeName(name, suggested: rule.suggestedName)
            return summary
        }
    }

    /// Every selection, oldest first.
    public func selections() throws -> [SelectionSummary] {
        try store.read { try $0.selections().map(SelectionSummary.init) }
    }

    /// The newest selections, newest first; so many at most.
    public func newestSelections(_ limit: Int) throws -> [SelectionSummary] {
        try store.read { try $0.newestSelections(limit).map(SelectionSummary.init) }
    }

    /// The selection of that row id.
    public func selection(id: Int64) throws -> SelectionSummary? {
        try store.read { try $0.selection(id: id).map(SelectionSummary.init) }
    }

    /// The selection of that name.
    public func selection(named name: String) throws -> SelectionSummary? {
        try store.read { try $0.selection(named: name).map(SelectionSummary.init) }
    }

    /// Throws for columns of a rule that the store does not hold whole; those of fields that an
    /// import will bring are passed over.
    public func checkColumns(_ rule: SelectionRule, awaiting fields: KeptFields? = nil) throws {
        try store.read { try RuleNames($0).checkColumns(rule, awaiting: fields) }
    }

    /// Puts a benchmark's windows into the store, where rules find them by their SHA-256.
    public func addBenchmark(_ windows: QuestionWindows) throws {
        try store.addBenchmark(
            sha256: windows.sha256, count: windows.hashes.count, bytes: windows.bytes,
            mostUnused: 2 * QuestionWindows.most)
    }

    /// What a rule keeps of the scores as they are.
    func choose(
        _ rule: SelectionRule, name: String?, _ snapshot: Snapshot
    ) throws -> Choice {
        let pair = try snapshot.currentPair()
        // Before the scores are read; recording looks again.
        _ = try snapshot.freeName(name, suggested: rule.suggestedName)
        let scope = try Self.scope(rule, snapshot)
        let sample = try SampledPrediction(rule, pair, scope: scope, in: snapshot)
        let rule = rule.sparing(pair.reference.slice).expecting(sample?.prediction.regression)
        let applied = try AppliedRule(rule, in: snapshot, folder: store.folder, told: told)
        try Self.checkComplete(rule, scope: scope, scan: applied.scan)
        let (candidates, steps) = try applied.candidates()
        let removals = steps.removals
        try Self.checkSome(candidates, removals)
        let outcome = try applied.ranking.keep(candidates, removals: removals)
        var summary = try SelectionSummary(
            of: outcome, removed: candidates.removed, applied, scope: scope,
            name: { try snapshot.domainName($0) })
        summary.columns = try rule.importedColumns.map {
            try snapshot.source(of: snapshot.importedColumn(named: $0))
        }
        if rule.mix?.by != nil {
            summary.categories = try outcome.tally.categories.summaries {
                try snapshot.categoryName($0)
            }
        }
        if let sample {
            summary.prediction = try sample.summary(
                rule, of: summary, over: candidates, scope: scope)
        }
        if let slice = pair.reference.slice, rule.slice == nil {
            summary.sliceBias = try SliceBias(slice, over: candidates, in: snapshot)
        }
        return Choice(
            summary: summary,
            models: ByRole(teacher: pair.teacher.id, reference: pair.reference.id),
            kept: outcome.kept)
    }

    /// Records a choice; nil where a chunk of it is gone since the scores were read.
    func record(_ choice: Choice, name: String?) throws -> SelectionSummary? {
        try store.recordSelection { try record(choice, name: name, $0) }
    }

    private func record(
        _ choice: Choice, name: String?, _ transaction: SelectionTransaction
    ) throws -> SelectionSummary {
        var summary = choice.summary
        let rule = summary.rule
        let new = NewSelection(
            name: try transaction.snapshot.freeName(name, suggested: rule.suggestedName),
            rule: try rule.canonicalJSON(), models: choice.models,
            scoreUnit: summary.unit.rawValue, itemUnit: rule.unit,
            candidates: summary.candidates, count: summary.keptChunks,
            tokens: summary.keptTokens)
        (summary.name, summary.created) = (new.name, new.created)
        summary.id = try transaction.insert(new) { id in
            summary.id = id
            return try summary.json()
        } forEach: { body in
            try choice.kept.forEach { place, item in
                if isCancelled() { throw JobCancelled() }
                SelectionProgress.tell(told, .recording, place + 1, of: choice.kept.count)
                try body(place + 1, rule.unit == .chunk ? item.chunk : item.document, item.score)
            }
        }
        return summary
    }

    private static func checkComplete(
        _ rule: SelectionRule, scope: CorpusStatus, scan: ScoreScan.Result
    ) throws {
        let unit = rule.unit.rawValue + "s"
        let pending = scan.exclusions.pending
        let unread = Int(scope.unread ?? 0)
        if !rule.partial, !rule.expects, unread > 0, scope.unchunked == 0,
            scope.pendingByRole.sum == 0
        {
            throw RefineryError(
                .refused,
                "the teacher has read a share of the chunks: \(pending) \(unit) have no difference, "
                    + "\(scan.items.count) have one",
                hint: "--score \(Column.expectedDifference.name) selects by what is expected of "
                    + "them, and a teacher's share of 1 reads the rest")
        }
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

    /// Throws where nothing is left of what is scored.
    static func checkSome(_ candidates: CandidateSet, _ removals: [Removal]) throws {
        guard candidates.count == 0 else { return }
        let removals = removals.filter { $0.items > 0 }
        let byGuards = removals.contains {
            [StepName.length, .repetition].map(\.rawValue).contains($0.by)
        }
        throw RefineryError(
            .refused,
            "no candidates are left of \(candidates.items.count) scored: "
                + removals.map { "\($0.by) removed \($0.items)" }.joined(separator: ", "),
            hint: byGuards
                ? "--no-guards turns the guards off"
                : removals.first?.by == StepName.slice.rawValue
                    ? "--keep-slice chooses from what the reference was trained on, too"
                    : "widen --where, or exclude fewer domains or ids")
    }

    /// The counts of the corpora that the rule chooses from, added up.
    private static func scope(_ rule: SelectionRule, _ snapshot: Snapshot) throws -> CorpusStatus {
        let wanted = rule.corpus.map { Array($0.utf8) }
        return try snapshot.status().corpora.reduce(into: CorpusStatus(name: "")) { sum, corpus in
            guard wanted == nil || wanted == Array(corpus.name.utf8) else { return }
            sum.documents += corpus.documents
            sum.chunks += corpus.chunks
            sum.unchunked += corpus.unchunked
            sum.duplicates += corpus.duplicates
            sum.pendingByRole.teacher += corpus.pendingByRole.teacher
            sum.pendingByRole.reference += corpus.pendingByRole.reference
            sum.unreadByRole.teacher += corpus.unreadByRole.teacher
        }
    }
}
