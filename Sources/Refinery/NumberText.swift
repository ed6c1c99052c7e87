import Foundation

/// Numbers as people read them.
public enum NumberText {
    /// `1,234,567`.
    public static func count(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `1,234,567`.
    public static func count(_ value: Int) -> String { count(Int64(value)) }

    /// `12.3 MB`, powers of a thousand.
    public static func bytes(_ value: Int64) -> String {
        var number = Double(value)
        guard number >= 1000 else { return "\(value) B" }
        for unit in ["kB", "MB", "GB", "TB"] {
            number /= 1000
            if number < 999.95 { return fixed(number, number < 99.95 ? 1 : 0) + " " + unit }
        }
        return fixed(number / 1000, 1) + " PB"
    }

    /// `3 h 12 min`, `4 min 5 s`, `2 d 3 h`; the two greatest units.
    public static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e10 else { return "unknown" }
        let whole = Int(max(0, seconds).rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        let minutes = (whole + 30) / 60
        if minutes < 48 * 60 { return "\(minutes / 60) h \(minutes % 60) min" }
        let hours = (minutes + 30) / 60
        return "\(hours / 24) d \(hours % 24) h"
    }

    /// `1,234` from 100, `12.3` below.
    public static func rate(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "?" }
        return value < 99.95 ? fixed(value, 1) : count(Int64(value.rounded()))
    }

    /// `47.1 %`; a dash where there is no whole.
    public static func share(_ part: Int64, of whole: Int64) -> String {
        whole == 0 ? "-" : fixed(100 * Double(part) / Double(whole), 1) + " %"
    }

    /// `47.1 %`; a dash where there is no whole.
    public static func share(_ part: Int, of whole: Int) -> String {
        share(Int64(part), of: Int64(whole))
    }

    /// A number with so many digits behind the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// A time in ms since 1970 as `2026-11-23 20:14:05Z`.
    public static func time(_ milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        return ISO8601DateFormatter().string(from: date).replacingOccurrences(of: "T", with: " ")
    }

    /// A number and a noun: `1 document`, `2 documents`.
    ///
    /// - Parameters:
    ///   - value: how many.
    ///   - noun: in the singular.
    ///   - plural: of the noun; nil: with an `s` behind it.
    /// - Returns: Both.
    public static func counted(_ value: Int64, _ noun: String, _ plural: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
    }

    /// Lines of text, each made safe for a terminal.
    public static func printableLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { printable(String($0)) }.joined(separator: "\n")
    }

    /// Text from files and names, made safe for a terminal: control characters, and those that
    /// turn the direction of writing round, become U+FFFD.
    public static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Marks, embeddings, overrides and isolates of bidirectional text.
        case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        // Separators of lines and paragraphs.
        case 0x2028...0x2029: true
        default: false
        }
    }

    /// An error that ends with its hint on a line of its own, on one line.
    public static func oneLine(_ error: String) -> String {
        error.replacing("\nhint: ", with: "; ")
    }
}
