import Refinery

/// How a terminal shows the steps of ``DifferenceShade``: a background, with black letters, so that
/// they can be read on a dark terminal and on a light one.
enum ShadePalette: Sendable, Equatable {
    /// The 256 colours that nearly every terminal has.
    case indexed
    /// 24 bits.
    case trueColor

    /// What ends a colour.
    static let end = "\u{1b}[0m"

    /// What begins the colour of a step, −4…4; nothing for 0.
    func begin(_ shade: Int) -> String {
        guard shade != 0 else { return "" }
        let step = min(shade.magnitude, UInt(DifferenceShade.steps)) - 1
        let isGood = shade > 0
        switch self {
        case .indexed:
            let colour = (isGood ? Self.green : Self.red)[Int(step)].index
            return "\u{1b}[38;5;16;48;5;\(colour)m"
        case .trueColor:
            let colour = (isGood ? Self.green : Self.red)[Int(step)].rgb
            return "\u{1b}[38;2;0;0;0;48;2;\(colour)m"
        }
    }

    private static let green = [
        (index: 194, rgb: "214;236;222"), (index: 157, rgb: "168;214;184"),
        (index: 114, rgb: "118;190;144"), (index: 71, rgb: "72;158;104"),
    ]
    private static let red = [
        (index: 224, rgb: "250;220;216"), (index: 217, rgb: "245;182;174"),
        (index: 210, rgb: "238;136;124"), (index: 203, rgb: "226;90;74"),
    ]
}
