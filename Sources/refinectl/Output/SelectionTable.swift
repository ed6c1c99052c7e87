import Refinery

/// What a selection kept out of what, for people.
enum SelectionTable {
    /// Totals, what was left out, the domains, the scores' range and the lengths' quantiles.
    static func render(_ summary: SelectionSummary) -> String {
        var text = "selection \(summary.id): \(NumberText.printable(summary.name))\n\n"
        text += totals(summary) + leftOut(summary) + "\n"
        text += domains(summary) + "\n"
        if let categories = summary.categories, let column = summary.rule.mix?.by {
            text += domains(categories, column.name) + "\n"
        }
        text += scores(summary) + quantiles(summary) + lengths(summary) + bins(summary)
        text += cut(summary)
        if let prediction = summary.prediction { text += "\n" + expectation(prediction) }
        if let bias = summary.sliceBias { text += "\nnote: \(bias.words)\n" }
        for column in summary.columns ?? [] {
            text += "\n" + NumberText.printable("column \(column.name): \(column.filesLine)") + "\n"
        }
        return text
    }

    private static func totals(_ summary: SelectionSummary) -> String {
        var table = TextTable([
            ("", .left), ("kept", .right), ("of", .right), ("share", .right),
        ])
        func add(_ name: String, _ kept: Int, _ all: Int) {
            table.add([
                name, NumberText.count(kept), NumberText.count(all),
                NumberText.share(kept, of: all),
            ])
        }
        add("documents", summary.keptDocuments, summary.documents)
        let isByChunk = summary.rule.unit == .chunk
        let all = isByChunk ? summary.chunks : summary.documents
        if isByChunk { add("chunks", summary.keptChunks, summary.chunks) }
        if summary.candidates != all {
            add("  that could be kept", summary.keptChunks, summary.candidates)
        }
        let could = "  that could be kept"
        if let scored = summary.scoredTokens {
            add("scored tokens", summary.keptTokens, scored)
            if scored != summary.tokens { add(could, summary.keptTokens, summary.tokens) }
        } else {
            add("scored tokens that could be kept", summary.keptTokens, summary.tokens)
        }
        return table.render()
    }

    private static func leftOut(_ summary: SelectionSummary) -> String {
        var reasons = [
            (summary.tooShort, "too short to score"), (summary.failed, "failed"),
            (summary.pending, "not scored yet"),
        ]
        reasons +=
            summary.removals.map { $0.map { ($0.items, $0.words(summary.rule.guards)) } }
            ?? [(summary.duplicates, "exact duplicates")]
        let words = reasons.filter { $0.0 > 0 }.map { "\(NumberText.count($0.0)) (\($0.1))" }
        let details = (summary.removals ?? []).flatMap(\.lines)
            .map { NumberText.printable($0) + "\n" }.joined()
        guard !words.isEmpty else { return details }
        return "no candidates: \(summary.rule.unit.rawValue)s "
            + NumberText.printable(words.joined(separator: ", ")) + "\n" + details
    }

    /// Every domain that was there, those without a candidate included.
    private static func domains(_ summary: SelectionSummary) -> String {
        let noun = summary.rule.unit.rawValue + "s"
        let all = summary.knowsDomainsBefore ? "of those scored" : "of candidates"
        var table = TextTable([
            ("domain", .left), ("\(noun) kept", .right), (all, .right), ("share", .right),
            ("tokens kept", .right), (all, .right), ("share", .right),
            ("mean score", .right), ("of those kept", .right),
        ])
        for row in summary.domainRows {
            let kept = (row.after?.keptChunks ?? 0, row.after?.keptTokens ?? 0)
            table.add([
                row.before.domain ?? "(none)", NumberText.count(kept.0),
                NumberText.count(row.before.chunks),
                NumberText.share(kept.0, of: row.before.chunks),
                NumberText.count(kept.1), NumberText.count(row.before.tokens),
                NumberText.share(kept.1, of: row.before.tokens),
                row.after.map { NumberText.fixed($0.meanScore, 4) } ?? "-",
                row.after?.keptMeanScore.map { NumberText.fixed($0, 4) } ?? "-",
            ])
        }
        return table.render()
    }

    private static func domains(_ domains: [DomainSummary], _ title: String) -> String {
        var table = TextTable([
            (title, .left), ("chunks kept", .right), ("of candidates", .right), ("share", .right),
            ("tokens kept", .right), ("mean score", .right), ("of those kept", .right),
        ])
        for domain in domains {
            table.add([
                domain.domain ?? "(none)", NumberText.count(domain.keptChunks),
                NumberText.count(domain.chunks),
                NumberText.share(domain.keptChunks, of: domain.chunks),
                NumberText.count(domain.keptTokens), NumberText.fixed(domain.meanScore, 4),
                domain.keptMeanScore.map { NumberText.fixed($0, 4) } ?? "-",
            ])
        }
        return table.render()
    }

    private static func scores(_ summary: SelectionSummary) -> String {
        guard let low = summary.minScore, let high = summary.maxScore else {
            return "nothing was kept\n"
        }
        return
            "\(summary.rule.score) kept: \(NumberText.fixed(low, 4)) to \(NumberText.fixed(high, 4)), "
            + "models compared by \(summary.unit.rawValue)\n"
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
                    .map { NumberText.count($0) })
        }
        return "\n" + table.render()
    }

    private static func quantiles(_ summary: SelectionSummary) -> String {
        guard let scores = summary.scores else { return "" }
        var table = TextTable([
            ("score", .left), ("least", .right), ("5 %", .right), ("quarter", .right),
            ("half", .right), ("three quarters", .right), ("95 %", .right), ("most", .right),
        ])
        for (name, scores) in [("candidates", scores), ("kept", summary.keptScores ?? scores)] {
            table.add(
                [name]
                    + [
                        scores.min, scores.q05, scores.q25, scores.median, scores.q75, scores.q95,
                        scores.max,
                    ].map { NumberText.fixed($0, 4) })
        }
        return "\n" + table.render()
    }

    private static func bins(_ summary: SelectionSummary) -> String {
        guard let bins = summary.lengthBins, bins.count > 1 else { return "" }
        var table = TextTable([
            ("tokens from", .right), ("kept", .right), ("of", .right), ("share", .right),
        ])
        for bin in bins {
            table.add([
                NumberText.count(bin.from), NumberText.count(bin.kept),
                NumberText.count(bin.candidates),
                NumberText.share(bin.kept, of: bin.candidates),
            ])
        }
        let warning =
            (summary.lengthSkew ?? 1) > 2
            ? "warning: shares kept differ by length more than twofold; see --score at_length\n"
            : ""
        return "\n" + table.render() + warning
    }

    /// How much the teacher read, and how good what is expected is.
    private static func expectation(_ prediction: PredictionSummary) -> String {
        let lines =
            prediction.lines + prediction.domainLines.map { "  " + $0 }
            + prediction.warnings.map { "warning: " + $0 }
        return lines.map { NumberText.printable($0) + "\n" }.joined()
    }

    private static func cut(_ summary: SelectionSummary) -> String {
        guard let near = summary.undecided else { return "" }
        return
            "\n\(NumberText.counted(Int64(near), summary.rule.unit.rawValue)) within 1e-4 of the cut: "
            + "another machine may decide otherwise\n"
    }
}
