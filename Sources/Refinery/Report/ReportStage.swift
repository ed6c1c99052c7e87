/// Makes reports on selections.
public struct ReportStage: Sendable {
    /// Bytes of an example's text at most.
    private static let exampleBytes = 32 << 10

    private let store: Store

    /// The stage over a store.
    public init(_ store: Store) {
        self.store = store
    }

    /// What a report on a selection shows: the candidates of its rule among the scores as they
    /// are, and which of them it keeps.
    ///
    /// - Throws: ``RefineryError`` where there is no such selection, or it was made with other
    ///   models than the current ones.
    public func report(selection name: String) throws -> ReportData {
        try store.read { snapshot in
            let selection = try SelectionSummary(snapshot.requiredSelection(named: name))
            try selection.check(madeBy: try snapshot.currentPair())
            let rule = selection.rule
            let applied = try AppliedRule(rule, in: snapshot, folder: store.folder)
            let (candidates, _) = try applied.candidates()
            let kept = try snapshot.kept(by: selection.id, rule.unit)
            let runs = try applied.ranked(candidates)
            var builder = ReportBuilder()
            try runs.forEachRanked { candidate, _ in
                builder.count(candidate, isKept: kept.contains(candidate.id(rule.unit)))
            }
            builder.endCounting()
            try runs.forEachRanked {
                builder.take($0, rank: $1, isKept: kept.contains($0.id(rule.unit)))
            }
            let groups = try builder.places.map { name, places in
                ReportData.ExampleGroup(
                    place: name,
                    chunks: try places.compactMap { try Self.example($0, rule, snapshot) })
            }
            return ReportData(
                selection: selection,
                models: applied.pair.roles.map { ModelReport($0.value, as: $0.role) },
                histogram: builder.histogram,
                scatter: try Self.scatter(candidates, kept, rule.unit), examples: groups)
        }
    }

    private static func scatter(
        _ candidates: CandidateSet, _ kept: IDSet, _ unit: ItemUnit
    ) throws -> [ReportData.ScatterPoint] {
        let step = max(1, (candidates.count + ReportBuilder.points - 1) / ReportBuilder.points)
        var points: [ReportData.ScatterPoint] = []
        var place = 0
        try candidates.forEach { item in
            defer { place += 1 }
            guard place % step == 0, item.bytes > 0 else { return }
            let bytes = Double(item.bytes)
            points.append(
                ReportData.ScatterPoint(
                    teacher: item.teacherNLL / bytes, reference: item.referenceNLL / bytes,
                    isKept: kept.contains(unit == .chunk ? item.chunk : item.document)))
        }
        return points
    }

    private static func example(
        _ place: ReportBuilder.Place, _ rule: SelectionRule, _ snapshot: Snapshot
    ) throws -> ReportData.Example? {
        let candidate = place.candidate
        guard let label = try snapshot.label(ofChunk: candidate.chunk) else { return nil }
        let range = rule.unit == .chunk ? label.range : 0..<label.bytes
        var texts = try TextReader(snapshot)
        var text = try texts.text(of: candidate.document, range)
        if text.count > exampleBytes {
            var end = exampleBytes
            while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
            text.removeSubrange(end...)
        }
        func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return ReportData.Example(
            chunk: candidate.chunk, document: string(label.document), ordinal: label.ordinal,
            domain: label.domain.map(string), rank: place.rank, score: candidate.score,
            tokens: Int(candidate.tokens), isKept: place.isKept, text: string(text),
            isWhole: rule.unit == .chunk && text.count == range.count)
    }
}

extension Candidate {
    /// The row id by which a selection of that unit keeps it.
    fileprivate func id(_ unit: ItemUnit) -> Int64 {
        unit == .chunk ? chunk : document
    }
}
