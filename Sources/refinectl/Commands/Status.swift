import ArgumentParser
import Foundation
import Refinery

/// `refinectl status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the daemon is doing and what is left.",
        discussion: """
            Examples:
              refinectl status
              refinectl status --watch
              refinectl status --json

            With --watch it goes on until Ctrl-C: on a terminal the table is redrawn every \
            second, elsewhere a line is printed at growing intervals (with --json an object \
            every two seconds).
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var output: JSONOptions

    @Flag(help: "Go on until Ctrl-C.")
    var watch = false

    /// Asks the daemon and prints, once or again and again.
    func run() async throws {
        let client = daemon.client
        var schedule = ProgressSchedule()
        let start = ContinuousClock.now
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let redraws = isTerminal && Terminal.standardError.redraws
        while true {
            let status = try await client.send(API.status)
            if output.json {
                StandardOutput.write(JSONOutput.line(status))
            } else if !watch {
                // Through a pipe a path or an error stays whole, to be searched for.
                StandardOutput.write(
                    StatusTable.render(
                        status, columns: isTerminal ? Terminal.width(STDOUT_FILENO) : .max))
            } else if redraws {
                let table = StatusTable.render(status, columns: Terminal.width(STDOUT_FILENO))
                // Line by line over what was there, so that nothing flickers.
                StandardOutput.write(
                    "\u{1B}[H" + table.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[J")
            } else {
                let seconds = start.duration(to: .now) / .seconds(1)
                if schedule.isDue(stage: status.state.rawValue, at: seconds) {
                    StandardOutput.write(StatusTable.line(status) + "\n")
                }
            }
            guard watch else { return }
            try await Task.sleep(for: .seconds(output.json ? 2 : 1))
        }
    }
}
