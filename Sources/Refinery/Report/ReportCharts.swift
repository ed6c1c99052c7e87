import Foundation

/// The charts of a report as inline SVG, coloured by the page's style sheet.
enum ReportCharts {
    private static let width = 720.0
    private static let height = 240.0
    private static let margin = (left: 56.0, right: 12.0, top: 10.0, bottom: 34.0)

    /// Candidates by score, the kept ones in front, the cut as a line.
    static func histogram(_ histogram: ReportData.ScoreHistogram, cut: Double?) -> String {
        let most = histogram.candidates.max() ?? 0
        guard most > 0, histogram.upper > histogram.lower else { return "" }
        let x = Axis(histogram.lower, histogram.upper, from: margin.left, to: width - margin.right)
        let y = Axis(0, Double(most), from: height - margin.bottom, to: margin.top)
        var svg = open("Histogram of the score")
        let step = (histogram.upper - histogram.lower) / Double(histogram.candidates.count)
        for (style, counts) in [("all", histogram.candidates), ("kept", histogram.kept)] {
            for (place, count) in counts.enumerated() where count > 0 {
                let left = x.at(histogram.lower + step * Double(place))
                let right = x.at(histogram.lower + step * Double(place + 1))
                let top = y.at(Double(count))
                svg +=
                    "<rect class=\"\(style)\" x=\"\(number(left))\" y=\"\(number(top))\" "
                    + "width=\"\(number(max(0.5, right - left - 0.5)))\" "
                    + "height=\"\(number(height - margin.bottom - top))\"/>"
            }
        }
        if let cut { svg += vertical(x.at(cut)) }
        return svg + axes(x, y, "score", "chunks") + "</svg>\n"
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
        let x = Axis(0, most, from: margin.left, to: width - margin.right)
        let y = Axis(0, most, from: 2 * height - margin.bottom, to: margin.top)
        var svg = open("Teacher's against reference's NLL a byte", height: 2 * height)
        for (style, isKept) in [("dot all", false), ("dot kept", true)] {
            svg += "<path class=\"\(style)\" d=\""
            for point in points where point.isKept == isKept {
                let place = (x.at(min(point.teacher, most)), y.at(min(point.reference, most)))
                svg += "M\(number(place.0)) \(number(place.1))h0"
            }
            svg += "\"/>"
        }
        if let cut {
            let start = max(0, -cut), end = min(most, most - cut)
            if start < end {
                svg +=
                    "<path class=\"cut\" d=\"M\(number(x.at(start))) \(number(y.at(start + cut)))"
                    + "L\(number(x.at(end))) \(number(y.at(end + cut)))\"/>"
            }
        }
        let names = ("teacher, nats a byte", "reference, nats a byte")
        return svg + axes(x, y, names.0, names.1, height: 2 * height) + "</svg>\n"
    }

    /// A range of values on a range of places.
    private struct Axis {
        let low, high, from, to: Double

        init(_ low: Double, _ high: Double, from: Double, to: Double) {
            (self.low, self.high, self.from, self.to) = (low, high, from, to)
        }

        func at(_ value: Double) -> Double {
            from + (value - low) / (high - low) * (to - from)
        }

        /// Round numbers of the range, about five.
        var ticks: [Double] {
            let rough = (high - low) / 5
            let unit = pow(10, floor(log10(rough)))
            let step = [1, 2, 5, 10].map { $0 * unit }.first { $0 >= rough } ?? rough
            var ticks: [Double] = []
            var tick = (low / step).rounded(.up) * step
            while tick <= high + step * 1e-9, ticks.count < 20 {
                ticks.append(tick)
                tick += step
            }
            return ticks
        }
    }

    private static func open(_ title: String, height: Double = height) -> String {
        "<svg role=\"img\" viewBox=\"0 0 \(number(width)) \(number(height))\">"
            + "<title>\(title)</title>"
    }

    private static func vertical(_ x: Double) -> String {
        "<path class=\"cut\" d=\"M\(number(x)) \(number(margin.top))"
            + "V\(number(height - margin.bottom))\"/>"
    }

    private static func axes(
        _ x: Axis, _ y: Axis, _ xName: String, _ yName: String, height: Double = height
    ) -> String {
        var svg =
            "<path class=\"axis\" d=\"M\(number(margin.left)) \(number(margin.top))"
            + "V\(number(height - margin.bottom))H\(number(width - margin.right))\"/>"
        for tick in x.ticks {
            svg += label(x.at(tick), height - margin.bottom + 13, "middle", short(tick))
        }
        for tick in y.ticks {
            svg += label(margin.left - 5, y.at(tick) + 4, "end", short(tick))
        }
        svg += label(width - margin.right, height - 4, "end", xName)
        return svg + label(margin.left + 6, margin.top + 8, "start", yName)
    }

    private static func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String
    {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func short(_ value: Double) -> String {
        String(format: "%g", (value * 1e6).rounded() / 1e6)
    }
}
