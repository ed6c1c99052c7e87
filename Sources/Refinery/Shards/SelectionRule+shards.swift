extension SelectionRule {
    /// Refuses what score files cannot decide, by its name.
    ///
    /// - Throws: ``RefineryError`` (refused).
    public func checkShards() throws {
        let isLike = if case .like = size { true } else { false }
        let columns = score.columns + ranges.map(\.column)
        let unsupported: [(Bool, String, String)] = [
            (unit == .document, "--unit document", "score files are selected from chunk by chunk"),
            (guards.nearDuplicates != nil, "--near-duplicates", "it compares texts"),
            (!guards.contamination.isEmpty, "--decontaminate", "it searches texts"),
            (excludedIDs != nil, "--exclude-ids", "it looks ids up"),
            (isLike, "--like", "it equals a selection that is there"),
            (partial, "--partial", "a score file is whole"),
            (trustsPrediction, "--anyway", "nothing is expected of score files"),
            (mix?.by != nil, "--mix-by", "it reads an imported column"),
            (
                columns.contains(.expectedDifference), Column.expectedDifference.name,
                "a score file has no chunk that the teacher did not read"
            ),
            (
                columns.contains(.atLength), Column.atLength.name,
                "medians by length take memory that grows with the corpus"
            ),
        ]
        if let (_, name, why) = unsupported.first(where: \.0) {
            throw Self.refused(name, why)
        }
        if let column = columns.first(where: \.isImported) {
            throw Self.refused("the imported column \(column.name)", "score files have none")
        }
    }

    private static func refused(_ name: String, _ why: String) -> RefineryError {
        RefineryError(
            .refused, "\(name) needs a store: \(why)",
            hint: "`refinectl import-scores` brings score files into one")
    }
}
