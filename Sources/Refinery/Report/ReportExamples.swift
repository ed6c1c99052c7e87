/// The examples of a report, each text with its tokens coloured.
struct ReportExamples {
    /// Rendered bytes of one example at most: eighty of them leave the page under 2 MB.
    private static let exampleBytes = 21 << 10
    /// Examples of each part that are open when the page is.
    private static let mostOpen = 3
    /// Characters of a text's first line that are shown beside a closed one.
    private static let lineLength = 90

    private let selection: SelectionSummary
    private let other: String?
    private let tokens: [Int64: [TokenDifference]]

    /// Of a selection.
    ///
    /// - Parameters:
    ///   - selection: the selection.
    ///   - other: the name of the selection beside it, if there is one.
    ///   - tokens: values by chunk; examples without are shown plain.
    init(
        _ selection: SelectionSummary, beside other: String?, tokens: [Int64: [TokenDifference]]
    ) {
        self.selection = selection
        self.other = other
        self.tokens = tokens
    }

    /// Writes the best, those at the cut, and the worst.
    func write(_ groups: [ReportData.ExampleGroup], to html: inout HTML) {
        let titles = [
            "best": "The first of the order", "cut": "At the cut",
            "worst": "The last of the order, from its end",
            "alone": "Kept here, and not by \(other ?? "")",
            "other": "Kept by \(other ?? ""), and not here",
        ]
        html.element("h2", "Examples")
        if !tokens.isEmpty { html.raw(Self.legend) }
        html.raw("<p class=\"note\">")
        html.text("A chunk's number is what ")
        html.element("code", "refinectl explain NUMBER --selection \(selection.name)")
        html.text(
            " takes. At most \(ExampleList.ofDocument) of a document are shown in each part, and on "
                + "each side of the cut.")
        html.raw("</p>\n")
        for group in groups {
            html.element("h3", titles[group.place] ?? group.place)
            // The very last says most of what the order puts there.
            let chunks = group.place == "worst" ? Array(group.chunks.reversed()) : group.chunks
            let open = Self.open(of: group)
            for (place, example) in chunks.enumerated() {
                write(example, isOpen: open.contains(place), to: &html)
            }
        }
    }

    /// Which of a group are open when the page is: the first, and those nearest to the cut.
    private static func open(of group: ReportData.ExampleGroup) -> Range<Int> {
        let last = group.place == "cut" ? group.chunks.lastIndex(where: \.isKept) : nil
        // The last two that are kept, and the first that is not.
        let from = min(max(0, (last ?? 0) - 1), max(0, group.chunks.count - mostOpen))
        return from..<from + mostOpen
    }

    private func write(_ example: ReportData.Example, isOpen: Bool, to html: inout HTML) {
        html.raw("<details class=\"\(example.isKept ? "in" : "out")\"\(isOpen ? " open" : "")>")
        html.raw("<summary>")
        html.element("b", NumberText.fixed(example.score, 4))
        html.text(
            " \(example.isKept ? "kept" : "dropped"), \(example.domain ?? "no domain"), "
                + NumberText.counted(Int64(example.tokens), "token") + " ")
        html.element("span", class: "line", Self.firstLine(example.text))
        html.raw("</summary>")
        html.element("p", ReportWords.reason(example, selection))
        var words =
            "Document \(example.document), piece \(example.ordinal), chunk \(example.chunk)"
        if let teacher = example.teacherLoss, let reference = example.referenceLoss {
            words +=
                "; teacher \(NumberText.fixed(teacher, 3)), reference "
                + "\(NumberText.fixed(reference, 3)) nats a token"
        }
        html.element("p", class: "note", words + ".")
        html.raw("<pre>")
        write(Array(example.text.utf8), tokens[example.chunk] ?? [], to: &html)
        html.raw("</pre></details>\n")
    }

    /// The first line that has a letter or digit, cut to fit beside the numbers.
    private static func firstLine(_ text: String) -> String {
        let lines = text.prefix(2000).split(whereSeparator: \.isNewline)
        let line = lines.first { $0.contains { $0.isLetter || $0.isNumber } } ?? lines.first ?? ""
        let words = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > lineLength ? words.prefix(lineLength) + "…" : words
    }

    /// A text, its tokens coloured; cut off where it would take too much room.
    private func write(_ text: [UInt8], _ tokens: [TokenDifference], to html: inout HTML) {
        let limit = html.bytes.count + Self.exampleBytes
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
        var html =
            "<p class=\"legend\">Each token is coloured by reference loss − teacher loss, in nats. "
            + "Blue: the teacher knows what the reference does not. Orange: the reference predicts "
            + "it better. "
        for (style, words) in [
            ("n4", "−4"), ("n3", "−2"), ("n2", "−1"), ("n1", "−0.5"), ("p1", "0.5"), ("p2", "1"),
            ("p3", "2"), ("p4", "4"),
        ] { html += "<i class=\"\(style)\">\(words)</i> " }
        return html + "</p>\n"
    }
}
