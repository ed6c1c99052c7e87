import Foundation
import Prediction

/// A report as one self-contained HTML page: no network, no script, light and dark.
public enum ReportPage {
    /// Makes the page.
    ///
    /// - Parameters:
    ///   - report: what to show.
    ///   - tokens: per-token values of the examples, by chunk; those without are shown plain.
    /// - Returns: HTML in UTF-8, under 2 MB.
    public static func render(
        _ report: ReportData, tokens: [Int64: [TokenDifference]]
    ) -> [UInt8] {
        var html = HTML()
        let selection = report.selection
        html.raw(PageStyle.head("\(title(report)) – refinery report"))
        html.element("h1", title(report))
        html.element("p", class: "note", "Selected \(NumberText.time(selection.created))")
        html.element("p", class: "verdict", ReportWords.verdict(selection))
        html.element("p", ReportWords.reason(selection))
        pair(report, &html)
        if let prediction = selection.prediction { expectation(prediction, &html) }
        if let comparison = report.comparison { self.comparison(comparison, &html) }
        charts(report, &html)
        steps(selection, &html)
        domains(selection, &html)
        if let categories = selection.categories, let column = selection.rule.mix?.by {
            self.categories(categories, of: column.name, selection, &html)
        }
        lengths(selection, &html)
        ReportExamples(selection, beside: report.comparison?.second, tokens: tokens).write(
            report.examples, to: &html)
        rule(report, &html)
        html.raw(PageStyle.end)
        return html.bytes
    }

    private static func title(_ report: ReportData) -> String {
        let corpora =
            report.corpora.count == 1
            ? "the corpus \(report.corpora[0])"
            : NumberText.counted(Int64(report.corpora.count), "corpus", "corpora")
        return "Selection \(report.selection.name) of \(corpora)"
    }

    private static func pair(_ report: ReportData, _ html: inout HTML) {
        guard let pair = report.pair else { return }
        let (words, isWarning) = ReportWords.pair(pair, report.selection.unit)
        html.element("h2", "Is this pair any good?")
        html.element("p", class: isWarning ? "warning" : nil, words)
        html.element(
            "p", class: "note",
            "A model's loss on a token that it gave the probability p is −ln p, in nats; one nat is "
                + "1.44 bits.")
        if let bias = report.selection.sliceBias {
            html.element(
                "p", class: "note", bias.words.prefix(1).uppercased() + bias.words.dropFirst() + "."
            )
        }
    }

    /// How much the teacher read, and how good what is expected of the rest is.
    private static func expectation(_ found: PredictionSummary, _ html: inout HTML) {
        html.element("h2", "What the teacher did not read")
        for line in found.lines {
            html.element("p", line.prefix(1).uppercased() + line.dropFirst() + ".")
        }
        for warning in found.warnings { html.element("p", class: "warning", warning + ".") }
        guard let domains = found.quality?.domains, domains.count > 1 else { return }
        func cell(_ found: QualityEstimate) -> HTML.Cell {
            .text(
                "\(NumberText.fixed(found.value, 2)) (\(NumberText.fixed(found.lower, 2)) to "
                    + "\(NumberText.fixed(found.upper, 2)))")
        }
        html.table(
            "How good what is expected is, by domain",
            ["domain", "chunks", "rank correlation", "overlap", "gain captured"],
            cells: domains.sorted { $0.key < $1.key }.map { name, measures in
                [
                    .text(name), .text(NumberText.count(measures.chunks)),
                    cell(measures.rankCorrelation), cell(measures.overlap), cell(measures.gain),
                ]
            })
    }

    /// What both selections keep, and what each keeps alone.
    private static func comparison(_ found: SelectionComparison, _ html: inout HTML) {
        let noun = found.unit.rawValue + "s"
        html.element("h2", "Beside \(found.second)")
        let either = found.firstTokens + found.secondTokens - found.bothTokens
        func row(_ name: String, _ items: Int, _ tokens: Int) -> [HTML.Cell] {
            [
                .text(name), .text(NumberText.count(items)), .text(NumberText.count(tokens)),
                .text(NumberText.share(tokens, of: either)), .bar(share(tokens, of: either)),
            ]
        }
        html.table(
            "What both selections keep",
            ["kept by", noun, "tokens", "of what either keeps", ""],
            cells: [
                row("both", found.bothItems, found.bothTokens),
                row(
                    "\(found.first) alone", found.firstItems - found.bothItems,
                    found.firstTokens - found.bothTokens),
                row(
                    "\(found.second) alone", found.secondItems - found.bothItems,
                    found.secondTokens - found.bothTokens),
            ])
    }

    private static func charts(_ report: ReportData, _ html: inout HTML) {
        let selection = report.selection
        let noun = selection.rule.unit.rawValue + "s"
        html.element("h2", "Scores and losses")
        html.raw("<div class=\"charts\"><figure>")
        html.raw(ReportCharts.histogram(report.histogram, cut: selection.cut, of: noun))
        html.raw("<figcaption class=\"note keys\">")
        key("kept", "kept", &html)
        key("", "dropped", &html)
        if selection.cut != nil { key("line", "the cut", &html) }
        html.text(
            "Every candidate by its score, \(selection.rule.score)."
                + (selection.candidates >= ReportBuilder.tail
                    ? " At most half a percent of them lie beyond each end; the outermost bars hold "
                        + "them." : ""))
        html.raw("</figcaption></figure>\n<figure>")
        let domains = coloured(report)
        let unitBytes = selection.unit == .token ? report.tokenBytes : 1
        var cut: Double?
        // Other scores have no line of their own between the two models.
        if let end = selection.cut, selection.rule.score == .column(.difference) {
            cut = unitBytes.map { end / $0 }
        }
        html.raw(ReportCharts.scatter(report.scatter, cut: cut, domains: domains))
        html.raw("<figcaption class=\"note keys\">")
        for (place, domain) in domains.enumerated() {
            key("k\(place)", domain ?? DomainName.none, &html)
        }
        if report.scatter.contains(where: { !domains.contains($0.domain) }) {
            key("k\(ReportCharts.colours)", "other domains", &html)
        }
        if cut != nil { key("line", "the cut", &html) }
        html.text(
            "\(NumberText.count(report.scatter.count)) of \(NumberText.count(selection.candidates)) "
                + "candidates; small dots are dropped.")
        if cut != nil, selection.unit == .token, let unitBytes {
            html.text(
                " The cut is drawn for tokens of \(NumberText.fixed(unitBytes, 2)) bytes, the mean "
                    + "of the candidates.")
        }
        html.raw("</figcaption></figure></div>\n")
    }

    /// A square or line of a colour, and what it means.
    private static func key(_ style: String, _ words: String, _ html: inout HTML) {
        html.raw("<span><span class=\"key \(style)\"></span>")
        html.text(words)
        html.raw("</span> ")
    }

    /// The domains with most points, in the order of their names.
    private static func coloured(_ report: ReportData) -> [String?] {
        let counts = Dictionary(grouping: report.scatter, by: \.domain).mapValues(\.count)
        return counts.sorted { ($0.value, $1.key ?? "") > ($1.value, $0.key ?? "") }
            .prefix(ReportCharts.colours).map(\.key).sorted { $0 ?? "" < $1 ?? "" }
    }

    /// What each step removed, from everything scored down to what is kept.
    private static func steps(_ selection: SelectionSummary, _ html: inout HTML) {
        html.element("h2", "From what was scored to what is kept")
        let noun = selection.rule.unit.rawValue + "s"
        let notScored = [
            ("too short to score", selection.tooShort), ("failed", selection.failed),
            ("not scored yet", selection.pending),
        ].filter { $0.1 > 0 }
        if !notScored.isEmpty {
            html.element(
                "p", class: "note",
                "Not counted below: "
                    + ReportWords.list(
                        notScored.map { "\(NumberText.count($0.1)) \(noun) \($0.0)" }) + ".")
        }
        let removals =
            selection.removals ?? [Removal(by: "duplicates", items: selection.duplicates)]
        let all = selection.scoredTokens ?? selection.tokens
        var left = all
        var rows: [[HTML.Cell]] = []
        func add(_ name: String, _ items: Int, _ tokens: Int, left: Int) {
            rows.append([
                .text(name), .text(NumberText.count(items)), .text(NumberText.count(tokens)),
                .text(NumberText.share(left, of: all)), .bar(share(left, of: all)),
            ])
        }
        let items = removals.reduce(selection.candidates) { $0 + $1.items }
        add("scored", items, all, left: all)
        for removal in removals where removal.items > 0 {
            left -= removal.tokens
            add(
                "− " + removal.words(selection.rule.guards), removal.items,
                removal.tokens, left: left)
        }
        add("candidates", selection.candidates, selection.tokens, left: selection.tokens)
        let kept = selection.rule.unit == .chunk ? selection.keptChunks : selection.keptDocuments
        add("kept", kept, selection.keptTokens, left: selection.keptTokens)
        html.table(
            "What each step removed", ["", noun, "tokens", "tokens left", ""], cells: rows)
        for line in removals.flatMap(\.lines) { html.element("p", class: "note", line) }
    }

    /// Every domain that was there, those without a candidate included.
    private static func domains(_ selection: SelectionSummary, _ html: inout HTML) {
        html.element("h2", "Domains, before and after")
        let rows = selection.domainRows
        let all = rows.reduce(0) { $0 + $1.before.tokens }
        html.table(
            "Domains before and after",
            [
                "domain", selection.knowsDomainsBefore ? "scored tokens" : "candidates' tokens",
                "share before", "", "kept tokens", "share after", "", "share of it kept",
                "mean score", "of those kept",
            ],
            cells: rows.map { row in
                let kept = row.after?.keptTokens ?? 0
                return [
                    .text(row.before.domain ?? DomainName.none),
                    .text(NumberText.count(row.before.tokens)),
                    .text(NumberText.share(row.before.tokens, of: all)),
                    .bar(share(row.before.tokens, of: all), isFaint: true),
                    .text(NumberText.count(kept)),
                    .text(NumberText.share(kept, of: selection.keptTokens)),
                    .bar(share(kept, of: selection.keptTokens)),
                    .text(NumberText.share(kept, of: row.before.tokens)),
                    .text(row.after.map { NumberText.fixed($0.meanScore, 4) } ?? "–"),
                    .text(row.after?.keptMeanScore.map { NumberText.fixed($0, 4) } ?? "–"),
                ]
            })
    }

    private static func categories(
        _ categories: [DomainSummary], of column: String, _ selection: SelectionSummary,
        _ html: inout HTML
    ) {
        html.element("h2", "Categories of \(column)")
        html.table(
            "Categories of \(column)",
            [
                column, "candidates' tokens", "share", "kept tokens", "share of those kept", "",
                "mean score", "of those kept",
            ],
            cells: categories.map { category in
                [
                    .text(category.domain ?? DomainName.none),
                    .text(NumberText.count(category.tokens)),
                    .text(NumberText.share(category.tokens, of: selection.tokens)),
                    .text(NumberText.count(category.keptTokens)),
                    .text(NumberText.share(category.keptTokens, of: selection.keptTokens)),
                    .bar(share(category.keptTokens, of: selection.keptTokens)),
                    .text(NumberText.fixed(category.meanScore, 4)),
                    .text(category.keptMeanScore.map { NumberText.fixed($0, 4) } ?? "–"),
                ]
            })
    }

    private static func lengths(_ selection: SelectionSummary, _ html: inout HTML) {
        guard let bins = selection.lengthBins, !bins.isEmpty else { return }
        html.element("h2", "Lengths")
        html.table(
            "Candidates by length", ["tokens", "candidates", "kept", "share kept", ""],
            cells: bins.enumerated().map { place, bin in
                // A bin with few candidates is one with its neighbour.
                let next = place + 1 < bins.count ? bins[place + 1].from : nil
                return [
                    .text(
                        NumberText.count(bin.from)
                            + (next.map { " to \(NumberText.count($0 - 1))" } ?? " and more")),
                    .text(NumberText.count(bin.candidates)), .text(NumberText.count(bin.kept)),
                    .text(NumberText.share(bin.kept, of: bin.candidates)),
                    .bar(share(bin.kept, of: bin.candidates)),
                ]
            })
        if let skew = selection.lengthSkew, skew > 2 {
            html.element(
                "p", class: "note",
                "Some lengths are kept more than twice as often as others: the selection is a "
                    + "filter by length as well. --score at_length compares chunks with those of "
                    + "their length.")
        }
    }

    /// The rule in words, the models, and the rule as JSON.
    private static func rule(_ report: ReportData, _ html: inout HTML) {
        html.element("h2", "How it was made")
        html.raw("<ul>")
        for sentence in ReportWords.rule(report.selection.rule) { html.element("li", sentence) }
        html.raw("</ul>\n")
        html.list(
            report.models.map { model in
                (
                    model.role.rawValue,
                    "\(model.path): \(model.architecture), "
                        + "\(NumberText.count(model.parameters)) parameters, \(model.tokenizer), "
                        + "context \(model.context), fingerprint \(model.fingerprint.prefix(16))"
                )
            } + (report.selection.columns ?? []).map { ("column \($0.name)", $0.filesLine) })
        guard let rule = try? report.selection.rule.canonicalJSON() else { return }
        html.raw("<details><summary>The rule as JSON</summary><pre>")
        html.text(rule)
        html.raw("</pre></details>\n")
    }

    private static func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
