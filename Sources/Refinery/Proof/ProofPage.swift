import Foundation
import ReferenceTraining

/// A proof as one self-contained HTML page.
enum ProofPage {
    /// Makes the page.
    ///
    /// - Parameter record: what came of the proof so far.
    /// - Returns: HTML in UTF-8.
    static func render(_ record: ProofRecord) -> [UInt8] {
        var html = HTML()
        let (plan, request) = (record.plan, record.plan.request)
        html.raw(PageStyle.head("refinery proof"))
        html.element("h1", "Does \(request.selection) help?")
        html.element("p", class: "verdict", record.sentence)
        for warning in record.warnings { html.element("p", class: "note", warning) }
        html.raw("<dl>")
        func add(_ name: String, _ value: String) {
            html.element("dt", name)
            html.element("dd", value)
        }
        add("rule", plan.rule)
        add("models", record.models.both.map { String($0.prefix(16)) }.joined(separator: ", "))
        add(
            "students",
            "\(request.seeds) of each arm; \(plan.shape.layers) layers of width "
                + "\(plan.shape.width), \(plan.shape.parameters) parameters; "
                + "\(plan.settings.steps) steps of \(plan.settings.batchTokens) tokens")
        add(
            "judges",
            "\(plan.target.documents.count) documents, \(plan.target.tokens) tokens: "
                + plan.target.words)
        if let detectable = record.detectable {
            add(
                "smallest effect",
                "\(ProofRecord.number(detectable)) bits a byte would be seen in four of five proofs"
            )
        }
        html.raw("</dl>\n")
        html.element("h2", "Contrasts")
        html.table(ProofRecord.contrastHead, record.contrastRows)
        html.element(
            "p", class: "note",
            "The first contrast was named before the run. The second is the control: it must gain. "
                + "The others are adjusted by Holm's method. An interval is for other seeds and "
                + "other documents of the same kind.")
        html.element("h2", "Learning curves")
        curves(record.arms, &html)
        html.element("h2", "Bits a byte by domain")
        let table = record.armTable
        html.table(table.head, table.rows)
        html.raw(PageStyle.end)
        return html.bytes
    }

    /// Bits a byte against tokens, a line for each arm.
    private static func curves(_ arms: [ProofRecord.ArmResult], _ html: inout HTML) {
        let points = arms.flatMap(\.curve)
        guard let most = points.map(\.tokens).max(), most > 0,
            let low = points.map(\.bitsPerByte).min(), let high = points.map(\.bitsPerByte).max()
        else { return }
        let room = max((high - low) * 0.05, 1e-6)
        let x = Chart.Axis(
            0, Double(most), from: Chart.margin.left, to: Chart.width - Chart.margin.right)
        let y = Chart.Axis(
            low - room, high + room, from: 2 * Chart.height - Chart.margin.bottom,
            to: Chart.margin.top)
        var svg = Chart.open("Bits a byte against tokens", height: 2 * Chart.height)
        for (place, arm) in arms.enumerated() {
            svg += "<path class=\"curve a\(place)\" d=\""
            for (step, point) in arm.curve.enumerated() {
                svg += step == 0 ? "M" : "L"
                svg +=
                    "\(Chart.number(x.at(Double(point.tokens)))) "
                    + "\(Chart.number(y.at(point.bitsPerByte)))"
            }
            svg += "\"/>"
        }
        svg += Chart.axes(x, y, "tokens", "bits a byte", height: 2 * Chart.height)
        html.raw(svg + "</svg>\n<p>")
        for (place, arm) in arms.enumerated() {
            html.raw(
                "<svg class=\"key\" viewBox=\"0 0 16 3\"><path class=\"curve a\(place)\" "
                    + "d=\"M0 1.5H16\"/></svg>")
            html.text(arm.arm.words + "  ")
        }
        html.raw("</p>\n")
    }
}
