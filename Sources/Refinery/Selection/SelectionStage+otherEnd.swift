extension SelectionRule {
    /// The rule that keeps as much from the other end of the order.
    public var fromOtherEnd: SelectionRule {
        var rule = self
        rule.ascending.toggle()
        return rule
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
    /// - Throws: ``RefineryError`` where both have something in common.
    public func selectOtherEnd(of summary: SelectionSummary) throws -> SelectionSummary {
        let dropped = try select(summary.rule.fromOtherEnd, name: summary.name + "-dropped")
        try compare(summary.name, dropped.name).checkDisjoint()
        return dropped
    }
}
