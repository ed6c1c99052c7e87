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
        html.raw(head)
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
        html.raw("</main></body></html>\n")
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

    /// The bytes that every report begins with.
    public static let mark = Array(head.utf8.prefix(64))

    private static let head = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>refinery report</title>
        <style>
        :root { --ink: #1c1c1e; --paper: #fff; --faint: #6b6b70; --rule: #d5d5da; --all: #b9bcc6; --kept: #2f7d4f; --cut: #c0392b; --good: 47,125,79; --bad: 192,57,43; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8e8ea; --paper: #17181b; --faint: #9a9aa2; --rule: #3a3b40; --all: #565a66; --kept: #58b37f; --cut: #ff7b6b; --good: 88,179,127; --bad: 255,123,107; } }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; text-align: right; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; } th:first-child, td:first-child { text-align: left; } th { color: var(--faint); font-weight: normal; }
        svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--faint); } .all { fill: var(--all); } .kept { fill: var(--kept); } .axis { fill: none; stroke: var(--rule); } .cut { fill: none; stroke: var(--cut); stroke-width: 1.5; stroke-dasharray: 5 3; }
        .dot { fill: none; stroke-width: 3; stroke-linecap: round; opacity: .55; } .dot.all { stroke: var(--all); } .dot.kept { stroke: var(--kept); }
        details { border-bottom: 1px solid var(--rule); padding: .3rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; } .in b { color: var(--kept); } .out b { color: var(--faint); }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.6 ui-monospace, monospace; } i { font-style: normal; border-radius: 2px; }
        .p1 { background: rgba(var(--good), .15); } .p2 { background: rgba(var(--good), .3); } .p3 { background: rgba(var(--good), .5); } .p4 { background: rgba(var(--good), .75); }
        .n1 { background: rgba(var(--bad), .15); } .n2 { background: rgba(var(--bad), .3); } .n3 { background: rgba(var(--bad), .5); } .n4 { background: rgba(var(--bad), .75); }
        .note { color: var(--faint); }
        </style></head><body><main>

        """
}
