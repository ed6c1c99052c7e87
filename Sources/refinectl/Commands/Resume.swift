import ArgumentParser

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
        try await daemon.client.command(.post, "/v1/resume")
        StandardOutput.writeError("scoring goes on\n")
    }
}
