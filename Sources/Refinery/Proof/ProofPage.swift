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
        for warning in record.warnings { html.element("p", class: "warning", warning) }
        var facts: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String) { facts.append((name, value)) }
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
        html.list(facts)
        html.element("h2", "Contrasts")
        html.table("Contrasts", ProofRecord.contrastHead, record.contrastRows)
        html.element(
            "p", class: "note",
            "The first contrast was named before the run. The second is the control: it must gain. "
                + "The others are adjusted by Holm's method. An interval is for other seeds and "
                + "other documents of the same kind.")
        html.element("h2", "Learning curves")
        curves(record.arms, &html)
        html.element("h2", "Bits a byte by domain")
        let table = record.armTable
        html.table("Bits a byte by domain", table.head, table.rows)
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
        let height = 330.0
        let x = Chart.across(0, Double(most))
        let y = Chart.up(low - room, high + room, height: height)
        var svg = Chart.open(
            "Bits a byte against tokens", "\(arms.count) arms; lower is better", height: height)
        for (place, arm) in arms.enumerated() {
            svg += "<path class=\"curve c\(place)\" d=\""
            for (step, point) in arm.curve.enumerated() {
                svg += step == 0 ? "M" : "L"
                svg +=
                    "\(Chart.number(x.at(Double(point.tokens)))) "
                    + "\(Chart.number(y.at(point.bitsPerByte)))"
            }
            svg += "\"/>"
        }
        svg += Chart.axes(x, y, "tokens", "bits a byte", height: height)
        html.raw("<figure>" + svg + "</svg>\n<figcaption class=\"keys\">")
        for (place, arm) in arms.enumerated() {
            html.raw("<span><span class=\"key k\(place)\"></span>")
            html.text(arm.arm.words)
            html.raw("</span> ")
        }
        html.raw("</figcaption></figure>\n")
    }
}
