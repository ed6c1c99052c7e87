import Foundation

/// What every chart is drawn with: inline SVG, coloured by the page's style sheet.
enum Chart {
    /// Of a chart.
    static let width = 720.0
    /// Of a chart of the usual height.
    static let height = 240.0
    /// Around the axes.
    static let margin = (left: 56.0, right: 12.0, top: 10.0, bottom: 34.0)

    /// A range of values on a range of places.
    struct Axis {
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

    static func open(_ title: String, height: Double = height) -> String {
        "<svg role=\"img\" viewBox=\"0 0 \(number(width)) \(number(height))\">"
            + "<title>\(title)</title>"
    }

    static func vertical(_ x: Double) -> String {
        "<path class=\"cut\" d=\"M\(number(x)) \(number(margin.top))"
            + "V\(number(height - margin.bottom))\"/>"
    }

    static func axes(
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

    static func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }

    static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    static func short(_ value: Double) -> String {
        String(format: "%g", (value * 1e6).rounded() / 1e6)
    }
}
