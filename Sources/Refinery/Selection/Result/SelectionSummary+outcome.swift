extension SelectionSummary {
    /// What came of a rule, but for what recording decides.
    ///
    /// - Parameters:
    ///   - outcome: what was kept.
    ///   - removed: what the rule's steps removed, by domain.
    ///   - applied: the rule and what it was applied to.
    ///   - scope: the counts of the corpora in question.
    ///   - name: the name of a domain.
    /// - Throws: ``RefineryError`` where a name or a file cannot be read.
    init(
        of outcome: Ranking.Outcome, removed: [Int32: DomainTotal], _ applied: AppliedRule,
        scope: CorpusStatus, name: (Int32) throws -> [UInt8]?
    ) throws {
        let (rule, tally, exclusions) = (applied.rule, outcome.tally, applied.scan.exclusions)
        let duplicates = outcome.removals.first { $0.by == StepName.duplicates.rawValue }
        let scores = try ScoreQuantiles(tally.scores)
        let keptScores = try ScoreQuantiles(tally.keptScores)
        self.init(
            id: 0, name: "", created: 0, rule: rule, teacher: applied.pair.teacher.fingerprint,
            reference: applied.pair.reference.fingerprint, unit: applied.scan.unit,
            candidates: outcome.candidates, pending: exclusions.pending,
            unchunkedDocuments: Int(scope.unchunked), tooShort: exclusions.tooShort,
            failed: exclusions.failed, duplicates: duplicates?.items ?? 0,
            keptDocuments: tally.keptDocuments.count, keptChunks: tally.keptCount,
            keptTokens: tally.keptTokens, documents: Int(scope.documents),
            chunks: Int(scope.chunks), tokens: tally.tokens, minScore: keptScores?.min,
            maxScore: keptScores?.max, domains: try tally.domains.summaries(name: name),
            keptLengths: tally.keptLengths.quantiles,
            droppedLengths: tally.droppedLengths.quantiles, removals: outcome.removals,
            scores: scores, keptScores: keptScores, lengthBins: tally.lengthBins,
            nearCut: outcome.nearCut, columns: [],
            domainsBefore: removed.isEmpty
                ? nil : try tally.domains.before(adding: removed, name: name))
    }
}
