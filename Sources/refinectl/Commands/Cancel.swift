import ArgumentParser
import Refinery

/// `refinectl cancel JOB`.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel a job that is running.",
        discussion: """
            What an import has recorded stays: its documents are scored. Nothing is recorded of a \
            selection that was being made.

            Example:
              refinectl cancel 12
            """)

    @OptionGroup var daemon: DaemonOptions

    @Argument(help: "The job's number, as `refinectl jobs` prints it.")
    var job: Int64

    /// Tells the daemon.
    func run() async throws {
        try await daemon.client.send(API.cancelJob, String(job))
        StandardOutput.writeError("job \(job) is being cancelled\n")
    }
}
