import Foundation
import GRDB

extension Store {
    /// What is known of a chunk, and with a selection's name what its rule makes of it.
    ///
    /// Without a selection a few rows are read; with one, everything that is scored, as a report
    /// does: quantiles, duplicates and places depend on the others.
    /// - Throws: ``RefineryError`` where there is no such chunk or selection, or the selection was
    ///   made with other models than the current ones.
    public func explain(chunk id: Int64, selection name: String? = nil) throws -> ChunkReport {
        let selection = try name.map { try requiredSelection(named: $0) }
        return try read { db in
            let place = try ChunkPlace(id, db)
            let (teacher, reference) = try Store.currentModels(db)
            var report = try place.report(db)
            report.models = [teacher, reference].compactMap { $0 }.map(ModelReport.init)
            report.scores = try [teacher, reference].compactMap { $0 }.compactMap {
                try place.score(by: $0, db)
            }
            if let teacher, let reference {
                let item = try place.item(teacher, reference, folder: folder, db)
                report.unit = item.map { Store.unit(of: $0, teacher, reference) }
                let reader = ColumnReader(per: report.unit ?? .token)
                report.columns = Store.columns(of: item, by: reader)
                if let item, selection == nil {
                    report.steps = Store.standardSteps(item, by: reader)
                }
            }
            if let selection { try explain(place, in: selection, &report, db) }
            let imported = try ColumnListing(db)
            for (name, value) in zip(
                imported.names,
                try imported.values(ofChunk: place.chunk, original: place.original))
            {
                switch value {
                case .number(let number): report.columns.updateValue(number, forKey: name)
                case .category(let category):
                    report.categories[name] = String(decoding: category, as: UTF8.self)
                case nil: break
                }
            }
            return report
        }
    }

    /// Adds what a selection's rule makes of the chunk.
    private func explain(
        _ place: ChunkPlace, in selection: SelectionSummary, _ report: inout ChunkReport,
        _ db: Database
    ) throws {
        let (teacher, reference) = try Store.currentPair(db)
        try Store.check(selection, madeBy: teacher, reference)
        let rule = selection.rule
        let names = try RuleNames(db).resolve(rule)
        let scan = try scan(rule, teacher, reference).read(db)
        let selector = Selector(rule, names: names, folder: folder)
        let isChunk = rule.unit == .chunk
        let watch = ItemWatch {
            isChunk ? $0.chunk == place.chunk : $0.document == place.document
        }
        let (candidates, removals) = try selector.candidates(
            among: scan.items, by: scan.reader, watch: watch)
        var membership = ChunkReport.Membership(
            name: selection.name, unit: rule.unit, isKept: false, candidates: candidates.count)
        if let item = watch.item {
            report.steps = StepListing(
                rule: rule, steps: removals.map(\.by),
                ranges: try selector.ranges(scan.items, scan.reader), reader: scan.reader
            ).steps(of: item, removedBy: watch.removedBy)
            membership.removedBy = watch.removedBy
            if watch.removedBy == "duplicates" {
                try candidates.forEach {
                    if $0.original == item.original { membership.stands = $0.chunk }
                }
            }
            try Store.rank(item, among: candidates, selector, watch, &membership)
        } else {
            membership.removedBy = try place.reason(rule, teacher, reference, db)
        }
        if isChunk, let item = watch.item {
            report.unit = scan.unit
            report.columns = Store.columns(of: item, by: scan.reader)
            report.columns[Column.atLength.name] = try Store.atLength(item, candidates)
        }
        if let kept = try place.kept(by: selection, db) {
            membership.isKept = true
            membership.rank = kept.rank
            membership.score = kept.score
        }
        report.selection = membership
    }

    private static func rank(
        _ item: ScoredItem, among candidates: CandidateSet, _ selector: Selector,
        _ watch: ItemWatch, _ membership: inout ChunkReport.Membership
    ) throws {
        guard watch.removedBy == nil else { return }
        let runs = try selector.runs(candidates, bins: try LengthBins(of: candidates))
        try rank(runs) { candidate, rank in
            guard candidate.chunk == item.chunk else { return }
            membership.rank = rank
            membership.score = candidate.score
        }
    }

    private static func atLength(
        _ item: ScoredItem, _ candidates: CandidateSet
    ) throws -> Double? {
        guard candidates.count > 0 else { return nil }
        return try ScoreFunction(
            .column(.atLength), over: candidates, bins: try LengthBins(of: candidates))(item)
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
    private static func unit(
        of item: ScoredItem, _ teacher: ModelRecord, _ reference: ModelRecord
    ) -> ScoreUnit {
        teacher.tokenizerDigest == reference.tokenizerDigest
            && teacher.contextRule == reference.contextRule
            && item.tokens == item.referenceTokens ? .token : .byte
    }

    /// What the guards that are on unless they are turned off make of a chunk by itself.
    private static func standardSteps(
        _ item: ScoredItem, by reader: ColumnReader
    ) -> [ChunkReport.Step] {
        let rule = SelectionRule(size: .topK(1), guards: .standard)
        let listing = StepListing(
            rule: rule, steps: ["short", "repetition", "duplicates"], ranges: [], reader: reader)
        let isDuplicate = item.original != item.chunk
        return listing.steps(of: item, removedBy: nil).map { step in
            var step = step
            let value = step.value ?? 0
            step.removes =
                step.by == "duplicates"
                ? isDuplicate
                : value < step.least ?? -.infinity || value > step.most ?? .infinity
            return step
        }
    }
}
