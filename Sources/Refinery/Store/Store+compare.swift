import GRDB

extension Store {
    /// How much two selections of one unit have in common.
    ///
    /// - Throws: `RefineryError` where one does not exist or they select different units.
    public func compare(_ first: String, _ second: String) throws -> SelectionComparison {
        try read { db in
            func header(_ name: String) throws -> (id: Int64, unit: SelectionRule.Unit) {
                let summary = try String.fetchOne(
                    db, sql: "SELECT summary FROM selection WHERE name = ?", arguments: [name]
                ).map(Store.summary)
                guard let summary else {
                    throw RefineryError.missing(.selection, name)
                }
                return (summary.id, summary.rule.unit)
            }
            let (a, b) = (try header(first), try header(second))
            guard a.unit == b.unit else {
                throw RefineryError(
                    .refused,
                    "\"\(first)\" selects \(a.unit.rawValue)s and \"\(second)\" "
                        + "\(b.unit.rawValue)s")
            }
            return try Store.comparison(first, a.id, second, b.id, a.unit, db)
        }
    }

    /// Merges the two lists in the order of their ids.
    private static func comparison(
        _ first: String, _ a: Int64, _ second: String, _ b: Int64, _ unit: SelectionRule.Unit,
        _ db: Database
    ) throws -> SelectionComparison {
        let column = unit.rawValue
        let tokens =
            unit == .chunk
            ? """
            (SELECT t.tokens FROM chunk c CROSS JOIN score t
                ON t.chunk = coalesce(c.duplicate_of, c.id) WHERE c.id = k.chunk
                AND t.model = (SELECT teacher FROM selection WHERE id = k.selection))
            """
            : """
            (SELECT sum(t.tokens) FROM chunk c CROSS JOIN score t
                ON t.chunk = coalesce(c.duplicate_of, c.id) WHERE c.document = k.document
                AND t.model = (SELECT teacher FROM selection WHERE id = k.selection))
            """
        func rows(_ id: Int64) throws -> RowStream {
            let rows = try RowStream(
                db,
                sql: """
                    SELECT k.\(column), \(tokens) FROM selection_\(column) k
                    WHERE k.selection = ? ORDER BY k.\(column)
                    """)
            try rows.begin(id)
            return rows
        }
        let (left, right) = (try rows(a), try rows(b))
        var found = SelectionComparison(first: first, second: second, unit: unit)
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
        return found
    }
}
