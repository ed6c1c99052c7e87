import ArgumentParser
import Refinery

/// `refinectl pause`.
struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop scoring after the batches in flight; imports and exports go on.",
        discussion: """
            Example:
              refinectl pause
            """)

    @OptionGroup var daemon: DaemonOptions

    /// Tells the daemon.
    func run() async throws {
        try await daemon.client.send(API.pause)
        StandardOutput.writeError("scoring is paused; refinectl resume goes on\n")
    }
}
