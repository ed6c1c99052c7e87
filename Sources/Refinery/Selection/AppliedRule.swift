import Prediction

/// A rule applied to a snapshot: what select, preview, report, explain and list begin with.
struct AppliedRule {
    /// The rule.
    let rule: SelectionRule
    /// The models whose scores are compared.
    let pair: ByRole<Model>
    /// Everything that both have scored, and what was passed over.
    let scan: ScoreScan.Result

    private let scope: RuleScope
    private let names: Ranking.Names
    private let folder: String
    private let told: SelectionProgress.Listener

    /// Looks the rule's names up and reads what is scored.
    ///
    /// - Parameters:
    ///   - rule: the rule.
    ///   - snapshot: where the scores are read.
    ///   - folder: where large tables go.
    ///   - told: hears how far the steps are that read texts.
    /// - Throws: ``RefineryError`` where a model is missing, a name is not known, or the models
    ///   cannot be compared.
    init(
        _ rule: SelectionRule, in snapshot: Snapshot, folder: String,
        told: @escaping SelectionProgress.Listener = { _ in }
    ) throws {
        self.rule = rule
        scope = RuleScope(snapshot)
        self.folder = folder
        self.told = told
        pair = try snapshot.currentPair()
        let prediction = try rule.expects ? rule.prediction ?? Self.learn(snapshot, pair) : nil
        names = try RuleNames(snapshot).resolve(rule)
        scan = try ScoreScan(
            pair: pair, corpus: rule.corpus, unit: rule.unit, draws: SelectionOrder.draws(rule),
            imported: rule.importedColumns, prediction: prediction, folder: folder
        ).read(snapshot)
    }

    /// What the teacher's sample says of the rest; nil where the teacher reads everything.
    private static func learn(
        _ snapshot: Snapshot, _ pair: ByRole<Model>
    ) throws -> RidgeRegression? {
        guard let share = try snapshot.teacherShare() else { return nil }
        let sample = try TeacherSampleRows(snapshot, pair, share: share, isPartial: true)
        return try sample.learn().regression
    }

    /// The same scores under a rule that names nothing else.
    func with(_ change: (inout SelectionRule) -> Void) -> AppliedRule {
        var changed = rule
        change(&changed)
        return AppliedRule(
            changed, pair: pair, scan: scan, scope: scope, names: names, folder: folder,
            told: told)
    }

    /// A rule over what was read before.
    ///
    /// - Parameters:
    ///   - rule: the rule.
    ///   - pair: the models whose scores are compared.
    ///   - scan: everything that both have scored.
    ///   - scope: where names are looked up.
    ///   - names: what names in the rule stand for.
    ///   - folder: where what memory should not hold lies.
    ///   - told: hears how far the steps are that read texts.
    init(
        _ rule: SelectionRule, pair: ByRole<Model>, scan: ScoreScan.Result, scope: RuleScope,
        names: Ranking.Names, folder: String,
        told: @escaping SelectionProgress.Listener = { _ in }
    ) {
        self.rule = rule
        self.scope = scope
        self.pair = pair
        self.scan = scan
        self.names = names
        self.folder = folder
        self.told = told
    }

    /// What applies the rule's score, order and size.
    var ranking: Ranking { Ranking(rule, names: names, folder: folder) }

    /// What the rule's steps leave, and the steps with what each has removed.
    ///
    /// `seen` is told of each item and of the step that removed it; nil for a candidate.
    ///
    /// - Throws: ``RefineryError`` where a step needs a number that items lack.
    func candidates(
        seen: ((ScoredItem, _ removedBy: String?) -> Void)? = nil
    ) throws -> (CandidateSet, StepSequence) {
        var steps = try rule.steps(
            over: scan.items, by: scan.reader, in: scope, folder: folder, told: told)
        var candidates = CandidateSet(of: scan.items, by: scan.reader)
        try scan.items.forEach { place, item in
            let passes: Bool
            if let seen {
                let remover = steps.remover(of: item)
                seen(item, remover)
                passes = remover == nil
            } else {
                passes = steps.passes(item)
            }
            if passes { candidates.insert(place, item) } else { candidates.leaveOut(item) }
        }
        try steps.checkNumbers()
        return (candidates, steps)
    }

    /// The candidates with their scores, to be ranked by the rule's order.
    func ranked(_ candidates: CandidateSet) throws -> CandidateRuns {
        try ranking.runs(candidates, bins: try LengthBins(of: candidates))
    }

    /// Whether the rule's mix gives a candidate's domain, or category, a share; nil without a mix.
    func hasShare(_ candidate: Candidate) -> Bool? {
        guard rule.mix != nil else { return nil }
        guard let weights = names.mix else { return true }
        return weights[candidate.group, default: 0] > 0
    }

    /// An item's difference against the candidates of similar length; nil where there are none, or
    /// the teacher has not read all of them.
    static func atLength(over candidates: CandidateSet) throws -> ScoreFunction? {
        var isRead = true
        try candidates.forEach { if $0.teacherNLL.isNaN { isRead = false } }
        guard candidates.count > 0, isRead else { return nil }
        return try ScoreFunction(
            .column(.atLength), over: candidates, bins: try LengthBins(of: candidates))
    }
}

extension CandidateRuns {
    /// Hands over the candidates best first, each with its place, from 1.
    func forEachRanked(_ body: (Candidate, _ rank: Int) throws -> Void) throws {
        var ranked = try ranked()
        var rank = 0
        while let candidate = try ranked.next() {
            rank += 1
            try body(candidate, rank)
        }
    }
}
