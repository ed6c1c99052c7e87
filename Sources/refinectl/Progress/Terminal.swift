import Foundation

/// What stderr is.
struct Terminal: Sendable, Equatable {
    /// Whether one line can be redrawn.
    var redraws: Bool
    /// Whether colours are wanted.
    var color: Bool

    /// stderr of this process.
    static let standardError = Terminal(
        isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment)

    /// A terminal or a pipe, with the environment's say.
    init(isTerminal: Bool, environment: [String: String]) {
        redraws = isTerminal && environment["TERM"] != "dumb"
        color = redraws && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns of a stream's terminal now; 80 where it does not say.
    static func width(_ stream: Int32 = STDERR_FILENO) -> Int {
        var size = winsize()
        guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
