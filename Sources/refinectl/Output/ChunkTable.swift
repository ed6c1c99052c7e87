import Refinery

/// What is known of a chunk, for people; everything that a corpus says is escaped.
enum ChunkTable {
    /// Where it comes from, what the models made of it, its columns, the steps and the selection.
    static func render(_ report: ChunkReport) -> String {
        var text = origin(report) + "\n"
        text += scores(report) + "\n"
        if report.unit != nil { text += columns(report) + "\n" }
        if let selection = report.selection { text += membership(selection, of: report) }
        if !report.steps.isEmpty { text += steps(report) }
        return text
    }

    /// Each token with its id and both NLLs; where the tokenizers differ the reference's follow.
    static func tokens(_ tokens: ChunkTokens) -> String {
        func number(_ value: Double?) -> String { value.map { NumberText.fixed($0, 4) } ?? "-" }
        func text(_ line: ChunkTokens.Line) -> String {
            EscapedText.quoted(tokens.text[line.start..<line.end])
        }
        var table = TextTable([
            ("id", .right), ("teacher", .right), ("reference", .right), ("difference", .right),
            ("token", .left),
        ])
        for line in tokens.lines {
            table.add([
                String(line.id), number(line.teacherNLL), number(line.referenceNLL),
                number(line.difference), text(line),
            ])
        }
        guard let others = tokens.referenceLines else { return table.render() }
        var own = TextTable([
            ("id", .right), ("reference", .right), ("reference's own token", .left),
        ])
        for line in others { own.add([String(line.id), number(line.referenceNLL), text(line)]) }
        return table.render()
            + "\nthe tokens are the teacher's; the reference's NLLs are spread over their bytes\n\n"
            + own.render()
    }

    private static func origin(_ report: ChunkReport) -> String {
        let document = report.document
        var text =
            "chunk \(report.chunk): \(report.ordinal + 1) of \(document.chunks) of document "
            + "\(EscapedText.line(document.id))\n"
        text +=
            "corpus \(EscapedText.line(document.corpus)), "
            + "\(EscapedText.line(document.file)):\(document.line), "
            + (document.domain.map { "domain \(EscapedText.line($0))" } ?? "no domain") + "\n"
        text +=
            "bytes \(NumberText.count(report.start)) to \(NumberText.count(report.end)) of "
            + "\(NumberText.count(document.bytes))\n"
        if let sameText = report.duplicateOf {
            text +=
                "the same text as chunk \(sameText.chunk) (\(sameText.ordinal + 1) of document "
                + "\(EscapedText.line(sameText.document))), whose scores count for it\n"
        }
        if report.retired {
            text += "replaced or deleted since; a selection holds it\n"
        }
        return text
    }

    private static func scores(_ report: ChunkReport) -> String {
        var table = TextTable([
            ("", .left), ("outcome", .left), ("tokens", .right), ("bytes", .right),
            ("NLL, nats", .right), ("model", .left),
        ])
        for model in report.models {
            let score = report.scores.first { $0.role == model.role }
            table.add([
                model.role.rawValue,
                (score?.outcome ?? "pending") + (score?.reason.map { ": \($0)" } ?? ""),
                score?.tokens.map { NumberText.count($0) } ?? "-",
                score?.bytes.map { NumberText.count($0) } ?? "-",
                score?.nll.map { NumberText.fixed($0, 2) } ?? "-", EscapedText.line(model.path),
            ])
        }
        return report.models.isEmpty ? "the store has no models yet\n" : table.render()
    }

    private static func columns(_ report: ChunkReport) -> String {
        var table = TextTable([("column", .left), ("value", .right)])
        let known = Column.scored.map(\.name)
        let others = report.columns.keys.filter { !known.contains($0) }.sorted()
        for name in known + others {
            guard let value = report.columns[name] ?? nil else { continue }
            let isCount = name == "tokens" || name == "bytes"
            table.add([
                EscapedText.line(name),
                isCount ? NumberText.count(Int64(value)) : NumberText.fixed(value, 4),
            ])
        }
        for (name, category) in report.categories.sorted(by: { $0.key < $1.key }) {
            table.add([EscapedText.line(name), EscapedText.line(category)])
        }
        return table.render()
    }

    private static func steps(_ report: ChunkReport) -> String {
        var table = TextTable([
            (report.selection == nil ? "guard" : "step", .left), ("", .left), ("value", .right),
            ("limit", .left),
        ])
        for step in report.steps {
            let verdict = step.removes.map { $0 ? "removes" : "passes" } ?? "not asked"
            var limits: [String] = []
            if let least = step.least { limits.append("at least \(number(least))") }
            if let most = step.most { limits.append("at most \(number(most))") }
            if step.by == "duplicates", step.removes == true,
                let sameText = report.selection?.stands ?? report.duplicateOf?.chunk
            {
                limits.append("the same text as chunk \(sameText)")
            }
            table.add([
                EscapedText.line(step.by), verdict, step.value.map(number) ?? "",
                limits.joined(separator: ", "),
            ])
        }
        return table.render()
    }

    private static func membership(
        _ selection: ChunkReport.Membership, of report: ChunkReport
    ) -> String {
        let what = selection.unit == .chunk ? "" : ", with its document"
        var text = "selection \(EscapedText.line(selection.name)): "
        text += selection.isKept ? "kept\(what)" : "not kept\(what)"
        if let rank = selection.rank {
            text +=
                ", rank \(NumberText.count(rank)) of \(NumberText.count(selection.candidates))"
                + (selection.score.map { ", score \(NumberText.fixed($0, 4))" } ?? "")
                + distance(selection)
        }
        if let reason = selection.removedBy {
            text += ", \(selection.isKept ? "now " : "")\(Self.words(reason))"
        } else if !selection.isKept {
            text += dropped(selection)
        }
        return text + "\n"
    }

    /// Why a candidate is not kept, where its distance from the cut does not say so.
    private static func dropped(_ selection: ChunkReport.Membership) -> String {
        if let by = selection.mixBy, let hasShare = selection.hasShare {
            let group = by == "domain" ? by : "category of \(EscapedText.line(by))"
            return hasShare
                ? ", beyond the cut of its \(group)" : ", its \(group) has no share in the mix"
        }
        return distance(selection).isEmpty ? ", beyond the cut" : ""
    }

    /// How far the score is from the cut.
    private static func distance(_ selection: ChunkReport.Membership) -> String {
        guard let score = selection.score, let cut = selection.cut else { return "" }
        let away = score - cut
        guard away != 0 else {
            return selection.isKept
                ? ", which is the cut" : ", which is the cut, behind the last that is kept"
        }
        let size = NumberText.fixed(away.magnitude, 4)
        return ", \(size) \(away > 0 ? "above" : "below") the cut of \(NumberText.fixed(cut, 4))"
    }

    /// Why something is no candidate.
    private static func words(_ reason: String) -> String {
        switch reason {
        case "pending": "no candidate: not scored yet"
        case "too_short": "no candidate: too short to score"
        case "failed": "no candidate: it failed"
        case "retired": "no candidate: replaced or deleted"
        case "corpus": "no candidate: of another corpus"
        default: "removed by \(EscapedText.line(reason))"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15
            ? NumberText.count(Int64(value)) : NumberText.fixed(value, 4)
    }
}
