/// An estimate as one self-contained HTML page.
public enum EstimatePage {
    /// Makes the page.
    ///
    /// - Parameter record: what the pilot says.
    /// - Returns: HTML in UTF-8.
    public static func render(_ record: EstimateRecord) -> [UInt8] {
        var html = HTML()
        html.raw(PageStyle.head("refinery estimate"))
        html.element("h1", "What scoring this corpus costs, and what it is worth")
        for warning in record.warnings { html.element("p", class: "warning", warning) }
        html.element(
            "p", class: "note",
            "\(record.chunks) chunks were scored by \(record.models.joined(separator: " and ")). "
                + "Figures are of the text: a chunk stands for as much of it as its document, over "
                + "the chance that this was drawn. Intervals are 95 %.")
        for section in record.sections {
            html.element("h2", section.title)
            html.list(section.lines.map { ($0.name, $0.value) })
        }
        if let histogram = record.histogram {
            html.element("h2", "Differences of the chunks that guards let pass")
            html.raw("<figure>" + ReportCharts.histogram(histogram, cut: nil) + "</figure>\n")
        }
        if !record.scatter.isEmpty {
            html.element("h2", "What each model makes of them")
            html.raw("<figure>" + ReportCharts.scatter(record.scatter, cut: nil) + "</figure>\n")
        }
        html.element("h2", "The largest domains")
        html.table("The largest domains", EstimateRecord.domainHead, record.domainRows)
        html.raw(PageStyle.end)
        return html.bytes
    }
}
