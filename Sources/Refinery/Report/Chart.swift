import Foundation

/// What every chart is drawn with: inline SVG, coloured by the page's style sheet.
///
/// A chart is 360 wide, about a phone, so that its text can be read there.
enum Chart {
    /// Of a chart.
    static let width = 360.0
    /// Of a chart of the usual height.
    static let height = 230.0
    /// Around the axes.
    static let margin = (left: 52.0, right: 10.0, top: 26.0, bottom: 44.0)

    /// A range of values on a range of places.
    struct Axis {
        let low, high, from, to: Double
        /// Whether equal factors take equal room; then `low` is above 0.
        let isLogarithmic: Bool

        init(_ low: Double, _ high: Double, from: Double, to: Double, isLogarithmic: Bool = false) {
            (self.low, self.high, self.from, self.to) = (low, high, from, to)
            self.isLogarithmic = isLogarithmic
        }

        func at(_ value: Double) -> Double {
            let share =
                isLogarithmic
                ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
            return from + share * (to - from)
        }

        /// Round numbers of the range, about five.
        var ticks: [Double] { isLogarithmic ? logarithmicTicks : linearTicks }

        private var linearTicks: [Double] {
            let rough = (high - low) / 4.5
            let unit = pow(10, floor(log10(rough)))
            let step = [1, 2, 5, 10].map { $0 * unit }.first { $0 >= rough } ?? rough
            var ticks: [Double] = []
            var tick = (low / step).rounded(.up) * step
            while tick <= high + step * 1e-9, ticks.count < 20 {
                // Not −0, which would be written so.
                ticks.append(tick == 0 ? 0 : tick)
                tick += step
            }
            return ticks
        }

        private var logarithmicTicks: [Double] {
            var ticks: [Double] = []
            for power in -9...9 {
                for digit in [1.0, 2, 5] {
                    let tick = digit * pow(10, Double(power))
                    if tick > low * 0.999, tick < high * 1.001 { ticks.append(tick) }
                }
            }
            guard ticks.count > 7 else { return ticks }
            return stride(from: 0, to: ticks.count, by: 2).map { ticks[$0] }
        }
    }

    /// The left-to-right axis of a chart.
    static func across(_ low: Double, _ high: Double, isLogarithmic: Bool = false) -> Axis {
        Axis(
            low, high, from: margin.left, to: width - margin.right, isLogarithmic: isLogarithmic)
    }

    /// The upward axis of a chart.
    static func up(
        _ low: Double, _ high: Double, height: Double = height, isLogarithmic: Bool = false
    ) -> Axis {
        Axis(
            low, high, from: height - margin.bottom, to: margin.top, isLogarithmic: isLogarithmic)
    }

    /// Begins a chart.
    ///
    /// - Parameters:
    ///   - title: what it shows, for those who do not see it.
    ///   - words: what there is to see in it, likewise; no text of a corpus.
    ///   - height: of the chart.
    /// - Returns: Markup.
    static func open(_ title: String, _ words: String, height: Double = height) -> String {
        "<svg role=\"img\" aria-label=\"\(title)\" viewBox=\"0 0 \(number(width)) \(number(height))\">"
            + "<title>\(title)</title><desc>\(words)</desc>"
    }

    /// The cut as an upright line with its value.
    static func vertical(_ x: Double, _ words: String) -> String {
        let side = x > width / 2 ? (x - 4, "end") : (x + 4, "start")
        return "<path class=\"cut\" d=\"M\(number(x)) \(number(margin.top - 10))"
            + "V\(number(height - margin.bottom))\"/>"
            + label(side.0, margin.top - 12, side.1, words, class: "mark")
    }

    /// Both axes with their ticks and names.
    static func axes(
        _ x: Axis, _ y: Axis, _ xName: String, _ yName: String, height: Double = height
    ) -> String {
        var svg =
            "<path class=\"axis\" d=\"M\(number(margin.left)) \(number(margin.top))"
            + "V\(number(height - margin.bottom))H\(number(width - margin.right))\"/>"
        var end = -Double.infinity
        for tick in x.ticks {
            let words = short(tick)
            // Some 8 a character; names that would meet are left out.
            let half = 4.0 * Double(words.count)
            guard x.at(tick) - half > end, x.at(tick) + half < width + 4 else { continue }
            end = x.at(tick) + half + 6
            svg += label(x.at(tick), height - margin.bottom + 16, "middle", words)
        }
        for tick in y.ticks {
            svg += label(margin.left - 5, y.at(tick) + 4.5, "end", short(tick))
        }
        svg += label(width - margin.right, height - 8, "end", xName)
        return svg + label(2, 13, "start", yName)
    }

    /// A text in a chart.
    static func label(
        _ x: Double, _ y: Double, _ anchor: String, _ text: String, class style: String? = nil
    ) -> String {
        "<text" + (style.map { " class=\"\($0)\"" } ?? "")
            + " x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }

    /// A coordinate.
    static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    /// A tick as people write it: `0.5`, `12,000`, `3.5 M`.
    static func short(_ value: Double) -> String {
        switch value.magnitude {
        case 1e9...: trimmed(value / 1e9) + " G"
        case 1e6...: trimmed(value / 1e6) + " M"
        case 1e4...: NumberText.count(Int64(value.rounded()))
        default: trimmed(value)
        }
    }

    /// A value as people write it, with four digits: `0.3607`, `8.918`, `12,346`.
    static func rounded(_ value: Double) -> String {
        value.magnitude >= 9999.5
            ? short(value) : String(format: "%.4g", value).replacing("-", with: "−")
    }

    private static func trimmed(_ value: Double) -> String {
        String(format: "%g", (value * 1e6).rounded() / 1e6)
            .replacing("-", with: "−")
    }
}
