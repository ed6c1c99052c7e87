import Foundation

extension EstimateRecord {
    /// A heading with lines of a name and a value each.
    public struct Section: Sendable {
        /// The heading.
        public var title: String
        /// The lines.
        public var lines: [(name: String, value: String)]
    }

    /// The figures in words, as text and page show them.
    public var sections: [Section] {
        let tokens = corpus.tokens
        var corpusLines = [
            ("documents read", Self.count(Double(corpus.documents))),
            ("text read", Self.bytes(Double(corpus.textBytes))),
            ("lines rejected", Self.count(Double(corpus.rejected))),
            (
                "tokens",
                "\(Self.count(tokens.value)) (\(Self.count(tokens.lower)) to "
                    + "\(Self.count(tokens.upper)))"
            ),
            ("bytes a token", Self.number(corpus.bytesPerToken)),
        ]
        if let inSlice = corpus.inSlice, inSlice > 0 {
            corpusLines.insert(
                ("in the reference's slice, not drawn", Self.count(Double(inSlice))), at: 1)
        }
        if corpus.readShare < 0.999 {
            corpusLines.insert(
                ("of the files' bytes", Self.number(100 * corpus.readShare, 1) + " %"), at: 0)
        }
        func place(_ role: ModelRole) -> String {
            cost.served.contains(role) ? "by its engine" : "on \(cost.threads) threads"
        }
        var costLines = [
            ("teacher", "\(Self.count(cost.teacherRate)) tokens/s \(place(.teacher))"),
            (
                "hours",
                "\(Self.hours(cost.hours.value)) (\(Self.hours(cost.hours.lower)) to "
                    + "\(Self.hours(cost.hours.upper)))"
            ), ("memory", Self.bytes(Double(cost.memoryBytes))),
        ]
        if let price = cost.price {
            costLines.append(
                (
                    "price of the core hours",
                    "\(Self.number(price.value)) (\(Self.number(price.lower)) to "
                        + "\(Self.number(price.upper)))"
                ))
        }
        if let rate = cost.referenceRate {
            costLines.insert(
                ("reference", "\(Self.count(rate)) tokens/s \(place(.reference))"), at: 1)
        }
        var sections = [
            Section(title: "Corpus", lines: corpusLines), Section(title: "Cost", lines: costLines),
        ]
        if let pair { sections.append(Section(title: "Pair", lines: Self.lines(pair))) }
        return sections
    }

    private static func lines(_ pair: Pair) -> [(name: String, value: String)] {
        func text(_ value: Estimated?, _ unit: String = "", scale: Double = 1) -> String {
            value.map {
                "\(number($0.value * scale))\(unit) (\(number($0.lower * scale)) to "
                    + "\(number($0.upper * scale)))"
            } ?? "–"
        }
        var lines = [
            ("chunks that judge", "\(pair.chunks), and \(pair.removed) that guards remove"),
            ("mean difference", text(pair.gap, " nats a \(pair.per.rawValue)")),
            ("correlation of both losses", text(pair.correlation)),
            (
                "of the better half, by teacher loss alone",
                text(pair.pickedByLoss, " %", scale: 100)
            ),
            ("reliability of a chunk's difference", text(pair.reliability)),
        ]
        for twin in pair.twins where twin.twins > 0 {
            lines.append(
                (
                    "original beats \(twin.kind.words)",
                    text(twin.caught, " %", scale: 100)
                        + ", \(twin.twins) twins, \(twin.removed) by guards"
                ))
        }
        return lines
    }

    /// The head of ``domainRows``.
    public static let domainHead = [
        "domain", "share of the text", "chunks", "mean difference", "negative",
    ]

    /// The largest domains as rows of text.
    public var domainRows: [[String]] {
        domains.map { domain in
            [
                domain.name ?? "(none)", Self.number(100 * domain.share, 1) + " %",
                "\(domain.chunks)", domain.meanDifference.map { Self.number($0, 3) } ?? "–",
                domain.negativeShare.map { Self.number(100 * $0, 0) + " %" } ?? "–",
            ]
        }
    }

    private static func number(_ value: Double, _ digits: Int = 2) -> String {
        String(format: "%.\(digits)f", value)
    }

    private static func hours(_ value: Double) -> String {
        value < 1 ? "\(number(value * 60, 1)) min" : "\(number(value, 1)) h"
    }

    private static func bytes(_ value: Double) -> String {
        for (size, unit) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB")] where value >= size {
            return number(value / size, 1) + " " + unit
        }
        return number(value / 1e3, 1) + " kB"
    }

    /// `1,234,567`.
    private static func count(_ value: Double) -> String {
        guard value.isFinite, value < 1e18 else { return "?" }
        let digits = Array(String(Int64(value.rounded())))
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
