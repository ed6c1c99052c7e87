import Foundation

/// The charts of a report as inline SVG, coloured by the page's style sheet.
enum ReportCharts {
    /// Domains that have a colour of their own.
    static let colours = 6

    /// Candidates by score, the kept ones in front, the cut as a line.
    ///
    /// - Parameters:
    ///   - histogram: counts by score.
    ///   - cut: the score at which what is kept ends; nil: no line.
    ///   - noun: what is counted, in the plural.
    /// - Returns: Markup; empty where there is nothing to draw.
    static func histogram(
        _ histogram: ReportData.ScoreHistogram, cut: Double?, of noun: String = "chunks"
    ) -> String {
        let most = histogram.candidates.max() ?? 0
        guard most > 0, histogram.upper > histogram.lower else { return "" }
        let x = Chart.across(histogram.lower, histogram.upper)
        let y = Chart.up(0, Double(most))
        var svg = Chart.open(
            "Candidates by score",
            "\(NumberText.count(histogram.candidates.reduce(0, +))) \(noun), drawn from "
                + "\(Chart.rounded(histogram.lower)) to \(Chart.rounded(histogram.upper)); "
                + "\(NumberText.count(histogram.kept.reduce(0, +))) are kept")
        let step = (histogram.upper - histogram.lower) / Double(histogram.candidates.count)
        for (style, counts) in [("all", histogram.candidates), ("kept", histogram.kept)] {
            for (place, count) in counts.enumerated() where count > 0 {
                let left = x.at(histogram.lower + step * Double(place))
                let right = x.at(histogram.lower + step * Double(place + 1))
                let top = y.at(Double(count))
                svg +=
                    "<rect class=\"\(style)\" x=\"\(Chart.number(left))\" y=\"\(Chart.number(top))\" "
                    + "width=\"\(Chart.number(max(0.5, right - left - 0.5)))\" "
                    + "height=\"\(Chart.number(y.from - top))\"/>"
            }
        }
        if let cut { svg += Chart.vertical(x.at(cut), "cut \(Chart.short(rounded(cut)))") }
        return svg + Chart.axes(x, y, "score", noun) + "</svg>\n"
    }

    /// Teacher's against reference's NLL a byte on logarithmic axes, so that the dense corner has
    /// room; what lies beyond the axes is drawn on their edge.
    ///
    /// - Parameters:
    ///   - points: some of the candidates.
    ///   - cut: the difference a byte at the cut; nil: no line.
    ///   - domains: the domains that have a colour, at most ``colours``.
    /// - Returns: Markup; empty where there is nothing to draw.
    static func scatter(
        _ points: [ReportData.ScatterPoint], cut: Double?, domains: [String?] = []
    ) -> String {
        let values = points.flatMap { [$0.teacher, $0.reference] }.filter { $0 > 0 }.sorted()
        guard let greatest = values.last else { return "" }
        let most = max(values[values.count - 1 - values.count / 200], greatest / 50) * 1.05
        let least = min(max(values[values.count / 200] * 0.95, most / 300), most / 2)
        let height = 330.0
        let x = Chart.across(least, most, isLogarithmic: true)
        let y = Chart.up(least, most, height: height, isLogarithmic: true)
        var svg = Chart.open(
            "Teacher's against reference's loss a byte",
            "\(NumberText.count(points.count)) candidates; those further above the diagonal have a "
                + "higher difference",
            height: height)
        var paths: [String: String] = [:]
        for point in points {
            let colour = domains.firstIndex(of: point.domain) ?? colours
            let place = (x.at(min(point.teacher, most)), y.at(min(point.reference, most)))
            paths["dot c\(colour)\(point.isKept ? "" : " out")", default: ""] +=
                "M\(Chart.number(place.0)) \(Chart.number(place.1))h0"
        }
        // What is kept lies in front.
        for (style, path) in paths.sorted(by: { ($0.key.count, $0.key) > ($1.key.count, $1.key) }) {
            svg += "<path class=\"\(style)\" d=\"\(path)\"/>"
        }
        if let cut { svg += cutLine(cut, x, y) }
        let names = ("teacher, nats a byte", "reference, nats a byte")
        return svg + Chart.axes(x, y, names.0, names.1, height: height) + "</svg>\n"
    }

    /// The points where reference − teacher is the cut.
    private static func cutLine(_ cut: Double, _ x: Chart.Axis, _ y: Chart.Axis) -> String {
        let steps = 64
        let places = (0...steps).compactMap { step -> String? in
            let teacher = x.low * pow(x.high / x.low, Double(step) / Double(steps))
            let reference = teacher + cut
            guard reference >= y.low, reference <= y.high else { return nil }
            return "\(Chart.number(x.at(teacher))) \(Chart.number(y.at(reference)))"
        }
        guard places.count > 1 else { return "" }
        return "<path class=\"cut\" d=\"M" + places.joined(separator: "L") + "\"/>"
    }

    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
