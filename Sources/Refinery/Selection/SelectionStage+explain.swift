extension SelectionStage {
    /// What is known of a chunk, and with a selection's name what its rule makes of it.
    ///
    /// Without a selection a few rows are read; with one, everything that is scored, as a report
    /// does: quantiles, duplicates and places depend on the others.
    /// - Throws: ``RefineryError`` where there is no such chunk or selection, or the selection was
    ///   made with other models than the current ones.
    public func explain(chunk id: Int64, selection name: String? = nil) throws -> ChunkReport {
        try store.read { snapshot in
            let selection = try name.map {
                try SelectionSummary(snapshot.requiredSelection(named: $0))
            }
            return try Explanation(snapshot, folder: store.folder).report(id, in: selection)
        }
    }
}

/// Explains a chunk on a snapshot.
private struct Explanation {
    private let snapshot: Snapshot
    private let folder: String

    init(_ snapshot: Snapshot, folder: String) {
        self.snapshot = snapshot
        self.folder = folder
    }

    func report(_ id: Int64, in selection: SelectionSummary?) throws -> ChunkReport {
        let place = try snapshot.place(ofChunk: id)
        let models = try snapshot.currentModels()
        var report = ChunkReport(
            place, text: try snapshot.text(of: place),
            sameText: try place.duplicateOf.flatMap { id in
                try snapshot.label(ofChunk: id).map { ChunkReport.SameText(id, $0) }
            })
        for (role, model) in models.roles {
            guard let model else { continue }
            report.models.append(ModelReport(model, as: role))
            if let score = try snapshot.score(of: place.original, by: model.id) {
                report.scores.append(ChunkReport.Score(role, score))
            }
        }
        if let teacher = models.teacher, let reference = models.reference {
            let pair = ByRole(teacher: teacher, reference: reference)
            let item = try item(place, pair)
            report.unit = item.map { Self.unit(of: $0, pair) }
            let reader = ColumnReader(per: report.unit ?? .token)
            report.columns = Self.columns(of: item, by: reader)
            if let item, selection == nil { report.steps = Self.standardSteps(item) }
        }
        if let selection { try explain(place, in: selection, &report) }
        let imported = try ColumnListing(snapshot)
        let values = try imported.values(
            of: ColumnPlace(
                chunk: place.chunk, original: place.original, document: place.document))
        for (name, value) in zip(imported.names, values) {
            switch value {
            case .number(let number): report.columns.updateValue(number, forKey: name)
            case .category(let category):
                report.categories[name] = String(decoding: category, as: UTF8.self)
            case nil: break
            }
        }
        return report
    }

    /// Adds what a selection's rule makes of the chunk.
    private func explain(
        _ place: ChunkPlace, in selection: SelectionSummary, _ report: inout ChunkReport
    ) throws {
        try selection.check(madeBy: try snapshot.currentPair())
        let rule = selection.rule
        let applied = try AppliedRule(rule, in: snapshot, folder: folder)
        let isChunk = rule.unit == .chunk
        var watched: (item: ScoredItem, removedBy: String?)?
        let (candidates, steps) = try applied.candidates { item, removedBy in
            if isChunk ? item.chunk == place.chunk : item.document == place.document {
                watched = (item, removedBy)
            }
        }
        var membership = ChunkReport.Membership(
            name: selection.name, unit: rule.unit, isKept: false, candidates: candidates.count,
            cut: selection.cut)
        if let (item, removedBy) = watched {
            report.steps = steps.explained(item, removedBy: removedBy)
            membership.removedBy = removedBy
            if removedBy == StepName.duplicates.rawValue {
                try candidates.forEach {
                    if $0.original == item.original { membership.stands = $0.chunk }
                }
            }
            if removedBy == nil {
                try applied.ranked(candidates).forEachRanked { candidate, rank in
                    guard candidate.chunk == item.chunk else { return }
                    membership.rank = rank
                    membership.score = candidate.score
                    membership.hasShare = applied.hasShare(candidate)
                }
                membership.mixBy = rule.mix.map { $0.by?.name ?? "domain" }
            }
        } else {
            membership.removedBy = try reason(place, rule, applied.pair)
        }
        if isChunk, let item = watched?.item {
            report.unit = applied.scan.unit
            report.columns = Self.columns(of: item, by: applied.scan.reader)
            let atLength = try AppliedRule.atLength(over: candidates)
            report.columns[Column.atLength.name] = atLength.map { $0(item) }
            if rule.expects {
                let expected = applied.scan.reader.value(.expectedDifference, of: item)
                report.columns[Column.expectedDifference.name] = expected
            }
        }
        let kept = try snapshot.kept(
            isChunk ? place.chunk : place.document, by: selection.id, rule.unit)
        if let kept {
            membership.isKept = true
            membership.rank = kept.rank
            membership.score = kept.score
        }
        report.selection = membership
    }

    /// The chunk as it is selected; nil where it is not scored by both.
    private func item(_ place: ChunkPlace, _ pair: ByRole<Model>) throws -> ScoredItem? {
        let rows = try ScoreRows(snapshot, pair)
        var builder = ItemBuilder(unit: .chunk, folder: folder)
        try builder.add(
            try rows.find(place.original), chunk: place.chunk, document: place.document,
            original: place.original, domain: place.domain, draw: 0)
        var item: ScoredItem?
        try builder.items.forEach { item = $1 }
        return item
    }

    /// Why the steps of a rule are not asked about it.
    private func reason(
        _ place: ChunkPlace, _ rule: SelectionRule, _ pair: ByRole<Model>
    ) throws -> String {
        if place.isRetired { return "retired" }
        if let wanted = rule.corpus, Array(wanted.utf8) != Array(place.corpus.utf8) {
            return "corpus"
        }
        let originals =
            rule.unit == .chunk
            ? [place.original] : try snapshot.originals(ofDocument: place.document)
        let rows = try ScoreRows(snapshot, pair)
        var hasFailed = false
        for original in originals {
            switch try rows.find(original) {
            case .pending: return "pending"
            case .unread: return "unread"
            case .failed: hasFailed = true
            case .tooShort, .scored: break
            }
        }
        return hasFailed ? "failed" : "too_short"
    }

    /// Every column but the one that depends on the candidates.
    private static func columns(
        of item: ScoredItem?, by reader: ColumnReader
    ) -> [String: Double?] {
        var columns: [String: Double?] = [:]
        for column in Column.scored {
            let value = column == .atLength ? nil : item.map { reader.value(column, of: $0) }
            columns.updateValue(
                value.flatMap { $0.isFinite ? $0 : nil }, forKey: column.name)
        }
        return columns
    }

    /// As ``ScoreScan`` decides for all chunks together.
    private static func unit(of item: ScoredItem, _ pair: ByRole<Model>) -> ScoreUnit {
        pair.sharesTokens && item.tokens == item.referenceTokens ? .token : .byte
    }

    /// What the standard guards make of a chunk, each by itself.
    private static func standardSteps(
        _ item: ScoredItem
    ) -> [ChunkReport.Step] {
        let guards = Guards.standard
        var steps: [any SelectionStep] = []
        if let least = guards.minTokens { steps.append(LengthStep(least: least)) }
        if let most = guards.maxRepetition { steps.append(RepetitionStep(most: most)) }
        var listed = steps.map { step in
            let limits = step.limits(of: item)
            var listed = ChunkReport.Step(step.label, limits)
            listed.removes = limits?.isOutside ?? false
            return listed
        }
        var duplicates = ChunkReport.Step(DuplicateStep().label, nil)
        duplicates.removes = item.original != item.chunk
        listed.append(duplicates)
        return listed
    }
}

extension ChunkReport {
    /// What the rows say of a chunk, without models and scores.
    fileprivate init(_ place: ChunkPlace, text: [UInt8], sameText: SameText?) {
        func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        self.init(
            chunk: place.chunk,
            document: Origin(
                id: string(place.key), corpus: place.corpus, file: place.file, line: place.line,
                domain: place.domainName.map(string), bytes: place.bytes, chunks: place.chunks),
            ordinal: place.ordinal, start: place.range.lowerBound, end: place.range.upperBound,
            text: string(text), retired: place.isRetired, duplicateOf: sameText, models: [],
            scores: [], unit: nil, columns: [:], steps: [], selection: nil)
    }
}

extension ChunkReport.SameText {
    fileprivate init(_ id: Int64, _ label: ChunkLabel) {
        self.init(
            chunk: id, document: String(decoding: label.document, as: UTF8.self),
            ordinal: label.ordinal)
    }
}

extension ChunkReport.Score {
    fileprivate init(_ role: ModelRole, _ row: ScoreRow) {
        self.init(
            role: role, outcome: row.outcome, reason: row.reason, tokens: row.tokens,
            bytes: row.bytes, nll: row.nll, nllAdapted: row.nllAdapted)
    }
}
