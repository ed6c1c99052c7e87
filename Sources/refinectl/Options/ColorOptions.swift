import ArgumentParser
import Foundation

/// Whether stdout gets colours.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Where it is a terminal, unless NO_COLOR is set.
    case auto
    /// Wherever it goes.
    case always
    /// Nowhere.
    case never
}

/// The colours of stdout.
struct ColorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Colours: on a terminal unless NO_COLOR is set, wherever the text goes, or never.",
            valueName: "when"))
    var color = ColorChoice.auto

    /// The palette of this process's stdout; nil for none.
    var palette: ShadePalette? {
        palette(
            isTerminal: isatty(STDOUT_FILENO) == 1,
            environment: ProcessInfo.processInfo.environment)
    }

    /// The palette of a terminal or a pipe, with the environment's say.
    func palette(isTerminal: Bool, environment: [String: String]) -> ShadePalette? {
        switch color {
        case .never: return nil
        case .auto:
            guard Terminal(isTerminal: isTerminal, environment: environment).color else {
                return nil
            }
        case .always: break
        }
        let depth = environment["COLORTERM"] ?? ""
        return ["truecolor", "24bit"].contains(depth) ? .trueColor : .indexed
    }
}
