extension SelectionRule {
    /// The rule that keeps as much from the other end of the order.
    public var fromOtherEnd: SelectionRule {
        var rule = self
        rule.ascending.toggle()
        return rule
    }

    /// Refuses a rule that has no other end.
    ///
    /// - Throws: ``RefineryError`` that names the option.
    public func checkTwoEnds() throws {
        let option: String? =
            switch size {
            case .minScore: "--min-score"
            case .ratio(let share) where share.ceilTimes(1_000_000) > 500_000: "--ratio above 0.5"
            case .tokenRatio(let share) where share.ceilTimes(1_000_000) > 500_000:
                "--token-ratio above 0.5"
            default: baseline != nil ? "--baseline" : sample != nil ? "--sample" : nil
            }
        guard let option else { return }
        throw RefineryError(
            .invalid,
            "fasttext keeps what is best and drops as much of what is worst, which \(option) does "
                + "not tell apart",
            hint: "such as --ratio 0.2")
    }
}

extension SelectionComparison {
    /// Refuses two selections that have something in common.
    ///
    /// - Throws: ``RefineryError`` that says how much.
    public func checkDisjoint() throws {
        guard bothItems > 0 else { return }
        throw RefineryError(
            .refused,
            "the best and the worst have \(bothItems) \(unit.rawValue)\(bothItems == 1 ? "" : "s") "
                + "in common, which cannot be kept and dropped",
            hint: "keep less, such as --ratio 0.2")
    }
}

extension SelectionStage {
    /// Records the selection from the other end of a selection's order, under its name with
    /// `-dropped` behind it.
    ///
    /// - Throws: ``RefineryError`` where both have something in common; neither is recorded then.
    public func selectOtherEnd(of summary: SelectionSummary) throws -> SelectionSummary {
        do {
            let dropped = try select(summary.rule.fromOtherEnd, name: summary.name + "-dropped")
            do {
                try compare(summary.name, dropped.name).checkDisjoint()
                return dropped
            } catch {
                try store.deleteSelection(dropped.id)
                throw error
            }
        } catch {
            try store.deleteSelection(summary.id)
            throw error
        }
    }
}
