extension SelectionRule {
    /// The rule's steps over what is scored, in the order in which they are asked.
    ///
    /// The steps that read texts come behind those that read numbers, and prepare themselves on
    /// what those leave; exact duplicates come last.
    ///
    /// - Throws: ``RefineryError`` for names that the store does not know, and where a quantile
    ///   needs a number that items lack.
    func steps(
        over items: SpillTable<ScoredItem>, by reader: ColumnReader, in scope: RuleScope,
        folder: String, told: SelectionProgress.Listener
    ) throws -> StepSequence {
        var steps = StepSequence()
        if let excludedIDs {
            steps.append(
                try ExcludedIDsStep(
                    excludedIDs, unit: unit, over: items, in: scope.snapshot("ids to look up")))
        }
        if let slice { steps.append(try scope.sliceStep(slice, unit)) }
        if !excludedDomains.isEmpty {
            steps.append(try DomainStep(excludedDomains, in: scope))
        }
        for range in ranges {
            steps.append(try RangeStep(range, over: items, by: reader, in: scope))
        }
        // A control that is drawn from all knows neither guards nor duplicates.
        guard baseline?.from != .all else { return steps }
        if let least = guards.minTokens { steps.append(LengthStep(least: least)) }
        if let most = guards.maxRepetition { steps.append(RepetitionStep(most: most)) }
        if !guards.contamination.isEmpty {
            steps.append(
                try ContaminationStep(
                    guards.contamination, unit: unit, over: items, after: steps,
                    in: scope.snapshot("texts"), told: told))
        }
        if let threshold = guards.nearDuplicates {
            steps.append(
                try NearDuplicateStep(
                    threshold, over: items, by: reader, after: steps,
                    in: scope.snapshot("texts"), folder: folder, told: told))
        }
        if !keepDuplicates { steps.append(DuplicateStep()) }
        return steps
    }
}
