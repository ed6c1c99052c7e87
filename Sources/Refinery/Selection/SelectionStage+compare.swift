extension SelectionStage {
    /// How much two selections of one unit have in common.
    ///
    /// - Throws: ``RefineryError`` where one does not exist or they select different units.
    public func compare(_ first: String, _ second: String) throws -> SelectionComparison {
        try store.read { snapshot in
            try Self.compare(
                SelectionSummary(snapshot.requiredSelection(named: first)),
                SelectionSummary(snapshot.requiredSelection(named: second)), snapshot)
        }
    }

    /// How much two selections have in common.
    ///
    /// - Throws: ``RefineryError`` where they select different units.
    static func compare(
        _ a: SelectionSummary, _ b: SelectionSummary, _ snapshot: Snapshot
    ) throws -> SelectionComparison {
        let unit = a.rule.unit
        guard unit == b.rule.unit else {
            throw RefineryError(
                .refused,
                "\"\(a.name)\" selects \(unit.rawValue)s and \"\(b.name)\" "
                    + "\(b.rule.unit.rawValue)s")
        }
        var found = SelectionComparison(first: a.name, second: b.name, unit: unit)
        try merge(
            try snapshot.keptTokens(of: a.id, unit), try snapshot.keptTokens(of: b.id, unit),
            &found)
        return found
    }

    /// Merges the two lists in the order of their ids.
    private static func merge(
        _ left: RowStream, _ right: RowStream, _ found: inout SelectionComparison
    ) throws {
        var (hasLeft, hasRight) = (try left.next(), try right.next())
        while hasLeft || hasRight {
            let order =
                !hasLeft ? 1 : !hasRight ? -1 : (left.integer(0) - right.integer(0)).signum()
            if order <= 0 { found.firstTokens += Int(left.integer(1)) }
            if order >= 0 { found.secondTokens += Int(right.integer(1)) }
            if order == 0 { found.bothTokens += Int(left.integer(1)) }
            if order <= 0 {
                found.firstItems += 1
                hasLeft = try left.next()
            }
            if order >= 0 {
                found.secondItems += 1
                hasRight = try right.next()
            }
            if order == 0 { found.bothItems += 1 }
        }
    }
}
