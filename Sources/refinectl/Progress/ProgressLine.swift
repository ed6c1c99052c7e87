import Refinery

/// Progress as one line of text.
enum ProgressLine {
    /// The line that is redrawn on a terminal, at most `width` - 1 columns wide.
    ///
    /// What does not fit is left out: first the bar, then what stands at the end.
    static func terminal(_ snapshot: ProgressSnapshot, width: Int, color: Bool) -> String {
        let room = max(10, width - 1)
        var parts = snapshot.amount.isEmpty ? [] : [snapshot.amount]
        if let fraction = snapshot.fraction { parts.append(percent(fraction)) }
        if let speed = snapshot.speed { parts.append(speed) }
        if let left = snapshot.secondsLeft {
            parts.append("ETA " + NumberText.duration(seconds: left))
        }
        if let note = snapshot.note { parts.append(NumberText.printable(note)) }
        func length() -> Int {
            snapshot.stage.unicodeScalars.count
                + parts.reduce(0) { $0 + 2 + $1.unicodeScalars.count }
        }
        while length() > room, parts.count > 1 { parts.removeLast() }
        let stage = color ? "\u{1B}[1m\(snapshot.stage)\u{1B}[0m" : snapshot.stage
        let free = room - length() - 4
        var bar = ""
        if let fraction = snapshot.fraction, free >= 8 {
            bar = "  " + self.bar(fraction, width: min(30, free), color: color)
        }
        let tail = parts.map { "  " + $0 }.joined()
        guard length() <= room else {
            let text = snapshot.stage + tail
            return String(String.UnicodeScalarView(text.unicodeScalars.prefix(room)))
        }
        return stage + bar + tail
    }

    /// The line for a pipe or a log.
    static func plain(_ snapshot: ProgressSnapshot) -> String {
        guard !snapshot.amount.isEmpty else { return snapshot.stage }
        var text = "\(snapshot.stage): \(snapshot.amount)"
        if let fraction = snapshot.fraction { text += " (\(percent(fraction)))" }
        if let speed = snapshot.speed { text += ", \(speed)" }
        if let left = snapshot.secondsLeft {
            text += ", about \(NumberText.duration(seconds: left)) left"
        }
        if let note = snapshot.note { text += ", \(NumberText.printable(note))" }
        return text
    }

    /// `1,170,000 tokens to score; about 2.4 hours at 135 tokens/s (measured)`.
    ///
    /// `seconds` is what a better estimate than tokens by speed says, where there is one, and
    /// `cores` what the time costs.
    static func estimate(
        tokens: Int64, tokensPerSecond: Double, seconds: Double? = nil, cores: CoreHours? = nil
    ) -> String {
        let seconds =
            seconds ?? (tokensPerSecond > 0 ? Double(tokens) / tokensPerSecond : .infinity)
        return "\(NumberText.counted(tokens, "token")) to score; about \(hours(seconds)) at "
            + "\(NumberText.rate(tokensPerSecond)) tokens/s (measured)"
            + (seconds.isFinite ? cores.map { "; " + $0.words(seconds: seconds) } ?? "" : "")
    }

    /// `2.4 hours`, or minutes and seconds of less than one.
    static func hours(_ seconds: Double) -> String {
        seconds >= 3600 && seconds.isFinite
            ? NumberText.fixed(seconds / 3600, 1) + " hours" : NumberText.duration(seconds: seconds)
    }

    /// `[####----]`, `width` columns and two brackets.
    static func bar(_ fraction: Double, width: Int, color: Bool) -> String {
        let full = min(width, max(0, Int((fraction * Double(width)).rounded(.down))))
        let done = String(repeating: "#", count: full)
        let left = String(repeating: "-", count: width - full)
        return color ? "[\u{1B}[32m\(done)\u{1B}[0m\(left)]" : "[\(done)\(left)]"
    }

    /// Rounded down, so that 100 % means done.
    private static func percent(_ fraction: Double) -> String {
        "\(Int((fraction * 100).rounded(.down))) %"
    }
}
