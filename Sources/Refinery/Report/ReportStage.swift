/// Makes reports on selections.
public struct ReportStage: Sendable {
    /// Bytes of an example's text at most.
    private static let exampleBytes = 32 << 10

    private let store: Store
    private let isCancelled: @Sendable () -> Bool
    private let told: @Sendable (SelectionProgress) -> Void

    /// The stage over a store.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - isCancelled: asked now and then; true gives the report up.
    ///   - told: hears how far the steps are that read texts.
    public init(
        _ store: Store, isCancelled: @escaping @Sendable () -> Bool = { false },
        told: @escaping @Sendable (SelectionProgress) -> Void = { _ in }
    ) {
        self.store = store
        self.isCancelled = isCancelled
        self.told = told
    }

    /// Throws where one of the selections of a report is not there.
    ///
    /// - Throws: ``RefineryError`` naming it.
    public func check(selection name: String, beside other: String?) throws {
        try store.read { snapshot in
            for name in [name, other].compactMap({ $0 }) {
                _ = try snapshot.requiredSelection(named: name)
            }
        }
    }

    /// What a report on a selection shows: the candidates of its rule among the scores as they
    /// are, and which of them it keeps.
    ///
    /// - Parameters:
    ///   - name: the selection.
    ///   - other: a selection to put beside it.
    /// - Returns: What the page shows.
    /// - Throws: ``RefineryError`` where there is no such selection, or it was made with other
    ///   models than the current ones, or the two select different units; ``JobCancelled``.
    public func report(selection name: String, beside other: String? = nil) throws -> ReportData {
        try store.read(isCancelled: isCancelled) { snapshot in
            let selection = try SelectionSummary(snapshot.requiredSelection(named: name))
            try selection.check(madeBy: try snapshot.currentPair())
            let rule = selection.rule
            let applied = try AppliedRule(
                rule, in: snapshot, folder: store.folder, told: told)
            let (candidates, _) = try applied.candidates()
            let kept = try snapshot.kept(by: selection.id, rule.unit)
            let other = try other.map {
                try SelectionSummary(snapshot.requiredSelection(named: $0))
            }
            let comparison = try other.map {
                try SelectionStage.compare(selection, $0, snapshot)
            }
            let keptByOther = try other.map { try snapshot.kept(by: $0.id, rule.unit) }
            let runs = try applied.ranked(candidates)
            var builder = ReportBuilder()
            try runs.forEachRanked { candidate, _ in
                builder.count(candidate, isKept: kept.contains(candidate.id(rule.unit)))
            }
            builder.endCounting()
            try runs.forEachRanked {
                let id = $0.id(rule.unit)
                builder.take(
                    $0, rank: $1, isKept: kept.contains(id),
                    isKeptByOther: keptByOther.map { $0.contains(id) })
            }
            // Each domain of a mix has its own cut, and so has each group that is matched.
            let hasOneCut = rule.mix == nil && rule.match.isEmpty
            let found = builder.places.filter { hasOneCut || $0.name != "cut" }
            let gathered = try Self.gather(
                candidates, of: applied, kept: kept,
                examples: Set(found.flatMap(\.places).map(\.candidate.chunk)), snapshot)
            let groups = try found.map { name, places in
                ReportData.ExampleGroup(
                    place: name,
                    chunks: try places.compactMap {
                        try Self.example($0, gathered.losses[$0.candidate.chunk], rule, snapshot)
                    })
            }
            return ReportData(
                selection: selection,
                corpora: try rule.corpus.map { [$0] }
                    ?? snapshot.status().corpora.map(\.name),
                pair: gathered.pair,
                models: applied.pair.roles.map { ModelReport($0.value, as: $0.role) },
                histogram: builder.histogram, scatter: gathered.points,
                tokenBytes: gathered.tokenBytes, examples: groups.filter { !$0.chunks.isEmpty },
                comparison: comparison)
        }
    }

    /// What one pass over the candidates gives.
    private struct Gathered {
        var points: [ReportData.ScatterPoint] = []
        var pair: PairSummary?
        /// Mean NLLs of the examples, nats a token, by chunk.
        var losses: [Int64: (teacher: Double?, reference: Double)] = [:]
        /// Of all candidates.
        var bytes = 0
        var tokens = 0

        /// Bytes of a scored token; nil where there are none.
        var tokenBytes: Double? { tokens == 0 ? nil : Double(bytes) / Double(tokens) }
    }

    private static func gather(
        _ candidates: CandidateSet, of applied: AppliedRule, kept: IDSet, examples: Set<Int64>,
        _ snapshot: Snapshot
    ) throws -> Gathered {
        let unit = applied.rule.unit
        let reader = applied.scan.reader
        let step = max(1, (candidates.count + ReportBuilder.points - 1) / ReportBuilder.points)
        var gathered = Gathered()
        var sums = PairSummary.Sums()
        var domains: [Int32: String] = [:]
        var place = 0
        try candidates.forEach { item in
            defer { place += 1 }
            sums.add(item, by: reader)
            gathered.bytes += Int(item.bytes)
            gathered.tokens += Int(item.tokens)
            if examples.contains(item.chunk) {
                gathered.losses[item.chunk] = (
                    item.teacherNLL.isNaN ? nil : reader.value(.teacherLoss, of: item),
                    reader.value(.referenceLoss, of: item)
                )
            }
            // A teacher that reads a share has no NLL of the others.
            guard place % step == 0, item.bytes > 0, !item.teacherNLL.isNaN else { return }
            if domains[item.domain] == nil, item.domain != 0 {
                domains[item.domain] = try snapshot.domainName(item.domain)
                    .map { String(decoding: $0, as: UTF8.self) }
            }
            let bytes = Double(item.bytes)
            gathered.points.append(
                ReportData.ScatterPoint(
                    teacher: item.teacherNLL / bytes, reference: item.referenceNLL / bytes,
                    isKept: kept.contains(unit == .chunk ? item.chunk : item.document),
                    domain: domains[item.domain]))
        }
        gathered.pair = sums.summary
        return gathered
    }

    private static func example(
        _ place: ExampleList.Place, _ losses: (teacher: Double?, reference: Double)?,
        _ rule: SelectionRule, _ snapshot: Snapshot
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
            tokens: Int(candidate.tokens), teacherLoss: losses?.teacher,
            referenceLoss: losses?.reference, isKept: place.isKept, text: string(text),
            isWhole: rule.unit == .chunk && text.count == range.count)
    }
}

extension Candidate {
    /// The row id by which a selection of that unit keeps it.
    fileprivate func id(_ unit: ItemUnit) -> Int64 {
        unit == .chunk ? chunk : document
    }
}
