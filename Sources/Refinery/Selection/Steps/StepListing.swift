/// What each step of a rule says of one item, for people.
struct StepListing {
    /// The rule.
    let rule: SelectionRule
    /// The steps that are on, in order, as ``CandidateFilter`` names them.
    let steps: [String]
    /// The rule's filters, with numbers for their quantiles.
    let ranges: [CandidateFilter.Range]
    /// What reads the item's columns.
    let reader: ColumnReader

    /// The steps with the item's values; `removedBy` names the one that removed it, nil for a
    /// candidate.
    func steps(of item: ScoredItem, removedBy: String?) -> [ChunkReport.Step] {
        var isRemoved = false
        return steps.map { name in
            var step = self.step(name, item)
            if name == removedBy {
                step.removes = true
                isRemoved = true
            } else if !isRemoved {
                step.removes = false
            } else if let value = step.value {
                step.removes =
                    value < step.least ?? -.infinity || value > step.most ?? .infinity
            }
            return step
        }
    }

    private func step(_ name: String, _ item: ScoredItem) -> ChunkReport.Step {
        var step = ChunkReport.Step(by: name)
        func set(_ value: Double, _ least: Double?, _ most: Double?) {
            step.value = value.isFinite ? value : nil
            step.least = least.flatMap { $0.isFinite ? $0 : nil }
            step.most = most.flatMap { $0.isFinite ? $0 : nil }
        }
        if let range = ranges.first(where: { "where \($0.name)" == name }) {
            set(reader.value(range.column, of: item), range.low, range.high)
        } else if name == "short" {
            set(Double(item.tokens), rule.guards.minTokens.map(Double.init), nil)
        } else if name == "repetition" {
            set(item.repetition, nil, rule.guards.maxRepetition)
        }
        return step
    }
}
