import Refinery

/// A text whose tokens are coloured by their difference.
enum ShadedText {
    /// The text with a newline at its end.
    ///
    /// No colour goes beyond the end of a line, where some terminals would fill the rest of it; a
    /// line feed that has one is shown as `⏎` before it ends the line.
    static func render(
        _ text: [UInt8], _ tokens: [TokenDifference], _ palette: ShadePalette?
    ) -> String {
        guard let palette else { return ended(EscapedText.block(text)) }
        var shown = ""
        for run in ShadedRun.runs(of: text, tokens) {
            let part = EscapedText.block(text[run.range])
            guard run.shade != 0 else {
                shown += part
                continue
            }
            let begin = palette.begin(run.shade)
            for (place, line) in part.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                if place > 0 { shown += begin + "⏎" + ShadePalette.end + "\n" }
                if !line.isEmpty { shown += begin + line + ShadePalette.end }
            }
        }
        return ended(shown)
    }

    /// The scale.
    static func legend(_ palette: ShadePalette) -> String {
        let steps = [
            (-4, "-4"), (-3, "-2"), (-2, "-1"), (-1, "-0.5"), (1, "0.5"), (2, "1"), (3, "2"),
            (4, "4"),
        ].map { palette.begin($0.0) + " \($0.1) " + ShadePalette.end }
        return "reference - teacher, nats a token: " + steps.joined(separator: " ")
            + "  green: the teacher knows what the reference does not\n"
    }

    private static func ended(_ text: String) -> String {
        text.unicodeScalars.last == "\n" ? text : text + "\n"
    }
}
