import Refinery

/// A text for the terminal, each token on the colour of its difference.
enum ColouredText {
    /// Backgrounds of 256-colour terminals, from −4 to 4; none for 0.
    private static let backgrounds = [160, 167, 174, 181, 0, 151, 114, 71, 28]

    /// The text with its tokens coloured, control characters but line feeds and tabs replaced.
    static func render(_ text: [UInt8], _ tokens: [TokenDifference], color: Bool) -> String {
        guard color, !tokens.isEmpty else { return printable(text[...]) }
        var result = ""
        var start = 0
        var shade = 0
        func end(_ offset: Int) {
            var offset = max(start, min(offset, text.count))
            // A token may end within a scalar.
            while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
            guard offset > start else { return }
            let part = printable(text[start..<offset])
            start = offset
            guard shade != 0 else { return result += part }
            let background = backgrounds[shade + DifferenceShade.steps]
            // Line ends stay outside, or the colour would run to the edge of the window.
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            result += lines.map { line in
                line.isEmpty ? "" : "\u{1B}[30;48;5;\(background)m\(line)\u{1B}[0m"
            }.joined(separator: "\n")
        }
        for token in tokens {
            let next = DifferenceShade.of(token.difference)
            if next != shade {
                end(token.range.lowerBound)
                shade = next
            }
        }
        end(text.count)
        return result
    }

    private static func printable(_ text: ArraySlice<UInt8>) -> String {
        var result = String.UnicodeScalarView()
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            let stays = scalar == "\n" || scalar == "\t"
            result.append(isControl && !stays ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }
}
