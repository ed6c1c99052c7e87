import Refinery

/// What came of a proof, for people.
enum ProofTable {
    /// The arms by domain, the contrasts, and the verdict.
    static func render(_ record: ProofRecord) -> String {
        let arms = record.armTable
        var table = TextTable(columns(arms.head))
        for row in arms.rows { table.add(row) }
        var text = "bits a byte, lower is better\n" + table.render() + "\n"
        if record.primary != nil {
            var contrasts = TextTable(columns(ProofRecord.contrastHead))
            for row in record.contrastRows { contrasts.add(row) }
            text += contrasts.render() + "\n"
        }
        for warning in record.warnings { text += "warning: \(NumberText.printable(warning))\n" }
        return text + NumberText.printable(record.sentence) + "\n"
    }

    private static func columns(
        _ head: [String]
    ) -> [(title: String, alignment: TextTable.Alignment)] {
        head.enumerated().map { (title: $1, alignment: $0 == 0 ? .left : .right) }
    }
}
