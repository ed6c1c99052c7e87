import Refinery

/// What a selection kept out of what, for people.
enum SelectionTable {
    /// Totals, what was left out, the domains, the scores' range and the lengths' quantiles.
    static func render(_ summary: SelectionSummary) -> String {
        var text = "selection \(summary.id): \(Words.printable(summary.name))\n\n"
        text += totals(summary) + leftOut(summary) + "\n"
        text += domains(summary) + "\n"
        text += scores(summary) + lengths(summary)
        return text
    }

    private static func totals(_ summary: SelectionSummary) -> String {
        var table = TextTable([
            ("", .left), ("kept", .right), ("of", .right), ("share", .right),
        ])
        func add(_ name: String, _ kept: Int, _ all: Int) {
            table.add([name, Words.count(kept), Words.count(all), Words.share(kept, of: all)])
        }
        add("documents", summary.keptDocuments, summary.documents)
        add("chunks", summary.keptChunks, summary.chunks)
        if summary.candidates != summary.chunks {
            add("  that could be kept", summary.keptChunks, summary.candidates)
        }
        add("tokens", summary.keptTokens, summary.tokens)
        return table.render()
    }

    private static func leftOut(_ summary: SelectionSummary) -> String {
        let reasons = [
            (summary.duplicates, "exact duplicates"), (summary.tooShort, "too short to score"),
            (summary.failed, "failed"), (summary.pending, "not scored yet"),
        ].filter { $0.0 > 0 }.map { "\(Words.count($0.0)) \($0.1)" }
        guard !reasons.isEmpty else { return "" }
        return "no candidates: chunks " + reasons.joined(separator: ", ") + "\n"
    }

    private static func domains(_ summary: SelectionSummary) -> String {
        var table = TextTable([
            ("domain", .left), ("chunks kept", .right), ("of", .right), ("share", .right),
            ("tokens kept", .right), ("mean difference", .right), ("of those kept", .right),
        ])
        for domain in summary.domains {
            table.add([
                domain.domain ?? "(none)", Words.count(domain.keptChunks),
                Words.count(domain.chunks), Words.share(domain.keptChunks, of: domain.chunks),
                Words.count(domain.keptTokens), Words.fixed(domain.meanScore, 4),
                domain.keptMeanScore.map { Words.fixed($0, 4) } ?? "-",
            ])
        }
        return table.render()
    }

    private static func scores(_ summary: SelectionSummary) -> String {
        guard let low = summary.minScore, let high = summary.maxScore else {
            return "nothing was kept\n"
        }
        return "scores kept: \(Words.fixed(low, 4)) to \(Words.fixed(high, 4)) "
            + "nats a \(summary.unit.rawValue)\n"
    }

    private static func lengths(_ summary: SelectionSummary) -> String {
        var table = TextTable([
            ("tokens a chunk", .left), ("least", .right), ("quarter", .right), ("half", .right),
            ("three quarters", .right), ("most", .right),
        ])
        for (name, lengths) in [("kept", summary.keptLengths), ("dropped", summary.droppedLengths)]
        {
            guard let lengths else { continue }
            table.add(
                [name]
                    + [lengths.min, lengths.q25, lengths.median, lengths.q75, lengths.max]
                    .map { Words.count($0) })
        }
        return "\n" + table.render()
    }
}
