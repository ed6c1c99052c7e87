import Foundation

/// The charts of a report as inline SVG, coloured by the page's style sheet.
enum ReportCharts {
    /// Candidates by score, the kept ones in front, the cut as a line.
    static func histogram(_ histogram: ReportData.ScoreHistogram, cut: Double?) -> String {
        let most = histogram.candidates.max() ?? 0
        guard most > 0, histogram.upper > histogram.lower else { return "" }
        let x = Chart.Axis(
            histogram.lower, histogram.upper, from: Chart.margin.left,
            to: Chart.width - Chart.margin.right)
        let y = Chart.Axis(
            0, Double(most), from: Chart.height - Chart.margin.bottom, to: Chart.margin.top)
        var svg = Chart.open("Histogram of the score")
        let step = (histogram.upper - histogram.lower) / Double(histogram.candidates.count)
        for (style, counts) in [("all", histogram.candidates), ("kept", histogram.kept)] {
            for (place, count) in counts.enumerated() where count > 0 {
                let left = x.at(histogram.lower + step * Double(place))
                let right = x.at(histogram.lower + step * Double(place + 1))
                let top = y.at(Double(count))
                svg +=
                    "<rect class=\"\(style)\" x=\"\(Chart.number(left))\" y=\"\(Chart.number(top))\" "
                    + "width=\"\(Chart.number(max(0.5, right - left - 0.5)))\" "
                    + "height=\"\(Chart.number(Chart.height - Chart.margin.bottom - top))\"/>"
            }
        }
        if let cut { svg += Chart.vertical(x.at(cut)) }
        return svg + Chart.axes(x, y, "score", "chunks") + "</svg>\n"
    }

    /// Teacher's against reference's NLL a byte; `cut` is the difference a byte at the cut.
    ///
    /// The axes end at the 98th percentile, or noise would leave the rest no room; what lies beyond
    /// is drawn on the edge.
    static func scatter(_ points: [ReportData.ScatterPoint], cut: Double?) -> String {
        let values = points.flatMap { [$0.teacher, $0.reference] }.sorted()
        guard !values.isEmpty else { return "" }
        let most = values[values.count - 1 - values.count / 50]
        guard most > 0 else { return "" }
        let x = Chart.Axis(0, most, from: Chart.margin.left, to: Chart.width - Chart.margin.right)
        let y = Chart.Axis(
            0, most, from: 2 * Chart.height - Chart.margin.bottom, to: Chart.margin.top)
        var svg = Chart.open("Teacher's against reference's NLL a byte", height: 2 * Chart.height)
        for (style, isKept) in [("dot all", false), ("dot kept", true)] {
            svg += "<path class=\"\(style)\" d=\""
            for point in points where point.isKept == isKept {
                let place = (x.at(min(point.teacher, most)), y.at(min(point.reference, most)))
                svg += "M\(Chart.number(place.0)) \(Chart.number(place.1))h0"
            }
            svg += "\"/>"
        }
        if let cut {
            let start = max(0, -cut), end = min(most, most - cut)
            if start < end {
                svg +=
                    "<path class=\"cut\" d=\"M\(Chart.number(x.at(start))) \(Chart.number(y.at(start + cut)))"
                    + "L\(Chart.number(x.at(end))) \(Chart.number(y.at(end + cut)))\"/>"
            }
        }
        let names = ("teacher, nats a byte", "reference, nats a byte")
        return svg + Chart.axes(x, y, names.0, names.1, height: 2 * Chart.height) + "</svg>\n"
    }
}
