/// Joins the rows of neighbouring chunks of a document, as they come in corpus order.
struct AdjacentRows {
    private var run: ExportRow?

    /// Takes in the next row.
    ///
    /// - Returns: the run before it, once that is complete.
    mutating func add(_ row: ExportRow) -> ExportRow? {
        guard var joined = run, joined.documentID == row.documentID,
            joined.range.upperBound == row.range.lowerBound
        else {
            defer { run = row }
            return run
        }
        let tokens = Double(joined.tokens + row.tokens)
        joined.score =
            (joined.score * Double(joined.tokens) + row.score * Double(row.tokens)) / tokens
        joined.text += row.text
        joined.teacherNLL += row.teacherNLL
        joined.referenceNLL += row.referenceNLL
        joined.tokens += row.tokens
        joined.rank = min(joined.rank, row.rank)
        joined.range = joined.range.lowerBound..<row.range.upperBound
        joined.isFinal = row.isFinal
        run = joined
        return nil
    }

    /// The last run, nil where there was no row.
    mutating func finish() -> ExportRow? {
        defer { run = nil }
        return run
    }
}
