import Prediction

/// What a selection learns from the teacher's sample, and how good that is for its rule.
struct SampledPrediction {
    /// The sample.
    let rows: TeacherSampleRows
    /// What is learnt from it.
    let prediction: DifferencePrediction

    /// Learns from the sample of the current pair; nil where the rule expects nothing, or the
    /// teacher reads everything.
    ///
    /// - Parameters:
    ///   - rule: what is asked for.
    ///   - pair: the models.
    ///   - scope: the counts of the corpora in question.
    ///   - snapshot: the store.
    /// - Throws: ``RefineryError`` where the sample is not read yet.
    init?(
        _ rule: SelectionRule, _ pair: ByRole<Model>, scope: CorpusStatus, in snapshot: Snapshot
    ) throws {
        guard rule.expects, let share = try snapshot.teacherShare() else { return nil }
        let pending = scope.pendingByRole
        guard rule.partial || (pending.sum == 0 && scope.unchunked == 0) else {
            throw RefineryError(
                .refused,
                "the reference has \(pending.reference) chunks to score, the teacher "
                    + "\(pending.teacher) of its share, and \(scope.unchunked) documents are not cut "
                    + "yet",
                hint: "wait until they are done, or ask for a partial selection (--partial)")
        }
        rows = try TeacherSampleRows(snapshot, pair, share: share, isPartial: rule.partial)
        prediction = try rows.learn()
    }

    /// How much was read, and how good the rule's selection is by what is expected.
    ///
    /// - Parameters:
    ///   - rule: the rule.
    ///   - summary: what it keeps.
    ///   - candidates: what it chooses from.
    ///   - scope: the counts of the corpora in question.
    /// - Returns: What results say of it.
    /// - Throws: ``RefineryError`` where what is expected says too little, and nobody asked for it
    ///   anyway.
    func summary(
        _ rule: SelectionRule, of summary: SelectionSummary, over candidates: CandidateSet,
        scope: CorpusStatus
    ) throws -> PredictionSummary {
        let originals = Int(scope.chunks - scope.duplicates)
        let unread = Int((scope.unread ?? 0) + scope.pendingByRole.teacher)
        var found = PredictionSummary(
            share: rows.share.share.description, read: originals - unread, chunks: originals,
            sample: 0, sees: rows.seesStates ? .nllAndStates : .nll)
        var items = IDSet()
        try candidates.forEach { items.insert(rule.unit == .chunk ? $0.chunk : $0.document) }
        let ids = rule.unit == .chunk ? rows.chunks : rows.documents
        let judged = ids.indices.filter { items.contains(ids[$0]) }
        found.sample = judged.count
        found.warnings = rule.expectationWarnings
        // Lots look at no score; of all or nothing there is nothing to judge.
        guard rule.baseline == nil, summary.keptChunks > 0,
            summary.keptChunks < summary.candidates
        else { return found }
        do throws(PredictionError) {
            let quality = try PredictionQuality(
                rows.set, prediction, probabilities: rows.probabilities,
                sizes: rule.countsTokens ? rows.tokens : rows.tokens.map { _ in 1 },
                cut: rule.cut(of: summary), last: rule.ordersByExpectation ? summary.cut : nil,
                band: rows.share.band, among: judged, isLowest: rule.keepsLowest)
            found.quality = quality
            found.warnings =
                quality.weakDomains.map {
                    "the prediction says little of domain \($0): its rank correlation there is below "
                        + "\(PredictionQuality.leastCorrelation)"
                } + found.warnings
            if let refusal = quality.refusal { throw refusal }
        } catch {
            guard rule.trustsPrediction else {
                throw RefineryError(
                    .refused, error.message,
                    hint: (error.hint ?? "raise the teacher's share")
                        + ", or select all the same with --anyway")
            }
            found.warnings.insert(error.message, at: 0)
        }
        return found
    }
}

extension SelectionRule {
    /// The rule with what a sample says of the rest, unless it names that itself.
    func expecting(_ regression: RidgeRegression?) -> SelectionRule {
        guard let regression, expects, prediction == nil else { return self }
        var rule = self
        rule.prediction = regression
        return rule
    }

    /// Whether a size is one of tokens.
    fileprivate var countsTokens: Bool {
        switch size {
        case .tokenBudget, .tokenRatio, .like: true
        case .topK, .ratio, .minScore: false
        }
    }

    /// Whether the lowest differences are kept.
    fileprivate var keepsLowest: Bool {
        if case .minScore = size { return false }
        return ascending
    }

    /// Whether scores are expected differences of chunks.
    fileprivate var ordersByExpectation: Bool {
        score == .column(.expectedDifference) && unit == .chunk
    }

    /// Where it ends among differences, given what it kept.
    fileprivate func cut(of summary: SelectionSummary) -> SelectionCut {
        if case .minScore(let least) = size, score == .column(.expectedDifference) {
            return .threshold(least)
        }
        return .share(
            countsTokens
                ? Double(summary.keptTokens) / Double(max(summary.tokens, 1))
                : Double(summary.keptChunks) / Double(max(summary.candidates, 1)))
    }

    /// What is to be said where the rule takes what is expected for what is true.
    fileprivate var expectationWarnings: [String] {
        var uses: [String] = []
        if case .minScore = size, score.columns.contains(.expectedDifference) {
            uses.append("--min-score")
        }
        if ranges.contains(where: { $0.column == .expectedDifference }) { uses.append("--where") }
        if sample != nil, score.columns.contains(.expectedDifference) { uses.append("--sample") }
        guard !uses.isEmpty else { return [] }
        return [
            "what is expected lies nearer to the mean than what is true, so "
                + uses.joined(separator: " and ")
                + " may let through more or less than by true differences"
        ]
    }
}
