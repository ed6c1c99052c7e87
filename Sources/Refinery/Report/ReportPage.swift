import Foundation

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
        html.raw(PageStyle.head("refinery report"))
        html.element("h1", "Selection \(selection.name)")
        summary(report, &html)
        html.element("h2", "Scores of the candidates")
        html.raw(ReportCharts.histogram(report.histogram, cut: selection.cut))
        html.element("h2", "What each model makes of them")
        let bytesPerUnit = unitBytes(report)
        // Other scores have no line of their own between the two models.
        let cut = selection.rule.score == .column(.difference) ? selection.cut : nil
        html.raw(ReportCharts.scatter(report.scatter, cut: cut.map { $0 / bytesPerUnit }))
        let line =
            cut == nil
            ? ""
            : "; the line is the cut"
                + (selection.unit == .token
                    ? ", at the mean length of a token, \(format(bytesPerUnit, 2)) bytes" : "")
        html.element(
            "p", class: "note",
            "\(report.scatter.count) of \(selection.candidates) candidates\(line).")
        domains(selection, &html)
        if let categories = selection.categories, let column = selection.rule.mix?.by {
            domains(categories, column.name, "Categories of \(column.name)", selection, &html)
        }
        lengths(selection, &html)
        examples(report, tokens, &html)
        html.raw(PageStyle.end)
        return html.bytes
    }

    /// Rendered bytes of one example at most: sixty of them leave the page under 2 MB.
    private static let exampleBytes = 26 << 10

    private static func unitBytes(_ report: ReportData) -> Double {
        guard report.selection.unit == .token else { return 1 }
        let texts = report.examples.flatMap(\.chunks)
        let tokens = texts.reduce(0) { $0 + $1.tokens }
        let bytes = texts.reduce(0) { $0 + $1.text.utf8.count }
        return tokens == 0 ? 1 : Double(bytes) / Double(tokens)
    }

    private static func summary(_ report: ReportData, _ html: inout HTML) {
        let selection = report.selection
        html.raw("<dl>")
        func add(_ name: String, _ value: String) {
            html.element("dt", name)
            html.element("dd", value)
        }
        for model in report.models {
            add(
                model.role.rawValue,
                "\(model.path): \(model.architecture), \(model.parameters) parameters, "
                    + "\(model.tokenizer), context \(model.context), \(model.fingerprint.prefix(16))"
            )
        }
        if let rule = try? selection.rule.canonicalJSON() { add("rule", rule) }
        for column in selection.columns ?? [] { add("column \(column.name)", column.filesLine) }
        html.raw("</dl>\n")
        html.table(
            ["", "kept", "of"],
            [
                ["documents", "\(selection.keptDocuments)", "\(selection.documents)"],
                ["chunks", "\(selection.keptChunks)", "\(selection.chunks)"],
                ["candidates", "\(selection.keptChunks)", "\(selection.candidates)"],
            ]
                + (selection.scoredTokens.map {
                    [["scored tokens", "\(selection.keptTokens)", "\($0)"]]
                } ?? [])
                + [["tokens that could be kept", "\(selection.keptTokens)", "\(selection.tokens)"]])
        if let bias = selection.sliceBias { html.element("p", class: "note", bias.words) }
        let steps =
            selection.removals?.map { ($0.by, $0.items) } ?? [("duplicates", selection.duplicates)]
        let removed =
            steps
            + [
                ("too short to score", selection.tooShort), ("failed", selection.failed),
                ("not scored yet", selection.pending),
            ].filter { $0.1 > 0 }
        guard !removed.isEmpty else { return }
        html.element("h2", "What filters, guards and duplicates removed")
        html.table(
            ["by", selection.rule.unit == .chunk ? "chunks" : "documents"],
            removed.map { [$0.0, "\($0.1)"] })
        for line in (selection.removals ?? []).flatMap(\.lines) {
            html.element("p", class: "note", line)
        }
    }

    /// Every domain that was there, those without a candidate included.
    private static func domains(_ selection: SelectionSummary, _ html: inout HTML) {
        html.element("h2", "Domains, before and after")
        let rows = selection.domainRows
        let all = rows.reduce(0) { $0 + $1.before.tokens }
        html.table(
            [
                "domain", selection.knowsDomainsBefore ? "scored tokens" : "candidates' tokens",
                "share", "kept tokens", "share of those kept", "candidates' mean score",
                "of those kept",
            ],
            rows.map { row in
                [
                    row.before.domain ?? "(none)", "\(row.before.tokens)",
                    share(row.before.tokens, of: all), "\(row.after?.keptTokens ?? 0)",
                    share(row.after?.keptTokens ?? 0, of: selection.keptTokens),
                    row.after.map { format($0.meanScore, 4) } ?? "–",
                    row.after?.keptMeanScore.map { format($0, 4) } ?? "–",
                ]
            })
    }

    private static func domains(
        _ domains: [DomainSummary], _ noun: String, _ title: String, _ selection: SelectionSummary,
        _ html: inout HTML
    ) {
        html.element("h2", title)
        html.table(
            [
                noun, "candidates' tokens", "share", "kept tokens", "share of those kept",
                "mean score",
                "of those kept",
            ],
            domains.map { domain in
                [
                    domain.domain ?? "(none)", "\(domain.tokens)",
                    share(domain.tokens, of: selection.tokens), "\(domain.keptTokens)",
                    share(domain.keptTokens, of: selection.keptTokens),
                    format(domain.meanScore, 4), domain.keptMeanScore.map { format($0, 4) } ?? "–",
                ]
            })
    }

    private static func lengths(_ selection: SelectionSummary, _ html: inout HTML) {
        html.element("h2", "Lengths")
        html.table(
            ["tokens from", "candidates", "kept", "share"],
            (selection.lengthBins ?? []).map {
                [
                    "\($0.from)", "\($0.candidates)", "\($0.kept)",
                    share($0.kept, of: $0.candidates),
                ]
            })
    }

    private static func examples(
        _ report: ReportData, _ tokens: [Int64: [TokenDifference]], _ html: inout HTML
    ) {
        let titles = ["best": "The best", "cut": "At the cut", "worst": "The worst"]
        html.element("h2", "Examples")
        html.raw(legend)
        for group in report.examples {
            html.element("h3", titles[group.place] ?? group.place)
            for example in group.chunks {
                html.raw("<details class=\"\(example.isKept ? "in" : "out")\"><summary>")
                html.element("b", format(example.score, 4))
                html.text(
                    " rank \(example.rank), \(example.isKept ? "kept" : "dropped"), "
                        + "\(example.tokens) tokens, \(example.domain ?? "no domain"), "
                        + "\(example.document) #\(example.ordinal), chunk \(example.chunk)")
                html.raw("</summary><pre>")
                write(Array(example.text.utf8), tokens[example.chunk] ?? [], &html)
                html.raw("</pre></details>\n")
            }
        }
    }

    /// A text, its tokens coloured; cut off where it would take too much room.
    private static func write(
        _ text: [UInt8], _ tokens: [TokenDifference], _ html: inout HTML
    ) {
        let limit = html.bytes.count + exampleBytes
        for run in ShadedRun.runs(of: text, tokens) {
            let start = run.range.lowerBound
            var end = run.range.upperBound
            if run.shade != 0 {
                html.raw("<i class=\"\(run.shade < 0 ? "n" : "p")\(abs(run.shade))\">")
            }
            // A byte takes six at most.
            let room = max(0, (limit - html.bytes.count) / 6)
            let fits = end - start <= room
            if !fits {
                end = start + room
                while end > start, text[end] & 0xC0 == 0x80 { end -= 1 }
            }
            html.text(text[start..<end])
            if run.shade != 0 { html.raw("</i>") }
            if !fits {
                html.raw("<span class=\"note\"> … and \(text.count - end) bytes more</span>")
                return
            }
        }
    }

    private static var legend: String {
        var html = "<p class=\"note\">Each token by reference − teacher, nats: "
        for (style, words) in [
            ("n4", "−4"), ("n3", "−2"), ("n2", "−1"), ("n1", "−0.5"), ("p1", "0.5"), ("p2", "1"),
            ("p3", "2"), ("p4", "4"),
        ] { html += "<i class=\"\(style)\">\(words)</i> " }
        return html + "Green: the teacher knows what the reference does not.</p>\n"
    }

    private static func format(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "–" : format(100 * Double(part) / Double(whole), 1) + " %"
    }
}
