import Prediction

/// Lets the teacher read what lies nearest the cut of a rule.
struct BandStage {
    private let store: Store

    /// The stage over a store.
    init(_ store: Store) { self.store = store }

    /// Makes unread chunks nearest the cut pending for the teacher, as many as its share allows.
    ///
    /// The cut is where the rule ends among the true differences of what was read and the expected
    /// ones of the rest. What the rule's filters and guards remove is not read.
    ///
    /// - Parameter rule: one that has a cut.
    /// - Returns: How many chunks became pending.
    /// - Throws: ``RefineryError`` where the rule cannot be applied.
    func run(_ rule: SelectionRule) throws -> Int {
        let found = try store.read { try Self.find(rule, in: $0, folder: store.folder) }
        guard let found else { return 0 }
        return try store.startReading(
            found.chunks, threshold: found.threshold, band: found.band)
    }

    private struct Found {
        let chunks: [Int64]
        let threshold: Int
        let band: CutBand
    }

    private static func find(
        _ rule: SelectionRule, in snapshot: Snapshot, folder: String
    ) throws -> Found? {
        guard rule.hasCut, let share = try snapshot.teacherShare(), let threshold = share.threshold
        else { return nil }
        let (count, unread) = (try snapshot.originalCount(), try snapshot.unreadChunks())
        let budget = share.share.floorTimes(count) - (count - unread.count)
        guard budget > 0 else { return nil }
        let pair = try snapshot.currentPair()
        let rows = try TeacherSampleRows(snapshot, pair, share: share, isPartial: true)
        let prediction = try rows.learn()
        let rule = rule.sparing(pair.reference.slice).expecting(prediction.regression)
        let applied = try AppliedRule(rule, in: snapshot, folder: folder)
        let (candidates, _) = try applied.candidates()
        guard candidates.count > 0, let cut = try cut(of: applied, candidates) else { return nil }
        var names = DomainNames(snapshot)
        var (chunks, predictions, domains) = ([Int64](), [Double](), [String?]())
        var seen = IDSet()
        try candidates.forEach { item in
            guard item.teacherNLL.isNaN, unread.contains(item.original),
                seen.insert(item.original)
            else { return }
            chunks.append(item.original)
            predictions.append(applied.scan.reader.value(.expectedDifference, of: item))
            domains.append(try names.name(of: item.domain))
        }
        let band = CutBand(
            cut: cut, spread: PredictionSpread(rows.set, prediction, cut: cut),
            predictions: predictions, domains: domains, budget: budget)
        let taken = chunks.indices.filter { band.contains(predictions[$0], domain: domains[$0]) }
        // Nothing is left to read: the band that was read stays on record.
        guard !taken.isEmpty else { return nil }
        return Found(chunks: taken.map { chunks[$0] }, threshold: threshold, band: band)
    }

    /// The score at which the rule ends; nil where it keeps nothing.
    private static func cut(
        of applied: AppliedRule, _ candidates: CandidateSet
    ) throws -> Double? {
        if case .minScore(let least) = applied.rule.size { return least }
        let outcome = try applied.ranking.keep(candidates, removals: [])
        let kept = try ScoreQuantiles(outcome.tally.keptScores)
        return applied.rule.ascending ? kept?.max : kept?.min
    }
}

extension SelectionRule {
    /// Whether it ends at one difference, so that reading what lies around it decides the most.
    public var hasCut: Bool {
        score == .column(.expectedDifference) && unit == .chunk && !drawsLots && mix == nil
            && match.isEmpty
    }
}
