import ArgumentParser
import Refinery

/// `refinectl resume`.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on scoring.",
        discussion: """
            Example:
              refinectl resume
            """)

    @OptionGroup var daemon: DaemonOptions

    /// Tells the daemon.
    func run() async throws {
        try await daemon.client.send(API.resume)
        StandardOutput.writeError("scoring goes on\n")
    }
}
