import Refinery

/// An estimate for people.
enum EstimateTable {
    /// Corpus and cost alone.
    static func costs(_ record: EstimateRecord) -> String {
        tables(Array(record.sections.prefix(2)))
    }

    private static func tables(_ sections: [EstimateRecord.Section]) -> String {
        var text = ""
        for section in sections {
            var table = TextTable([(section.title.lowercased(), .left), ("", .left)])
            for line in section.lines { table.add(["  " + line.name, line.value]) }
            text += table.render() + "\n"
        }
        return text
    }

    /// Corpus, cost, pair, domains, and what is noteworthy.
    static func render(_ record: EstimateRecord) -> String {
        var text = tables(record.sections)
        var domains = TextTable(
            EstimateRecord.domainHead.enumerated().map {
                (title: $1, alignment: $0 == 0 ? .left : .right)
            })
        for row in record.domainRows { domains.add(row) }
        text += domains.render()
        for warning in record.warnings {
            text += "\nwarning: \(NumberText.printable(warning))\n"
        }
        return text
    }
}
