import ArgumentParser
import Refinery

/// `refinectl retry [CORPUS]`.
struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score the chunks again that failed.",
        discussion: """
            A chunk fails where a model's log-probs are not finite numbers, or where it does not \
            fit the model's context. The failures of the current models are taken back, and \
            those chunks are pending again.

            Examples:
              refinectl retry
              refinectl retry web --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var output: JSONOptions

    @Argument(help: "Only this corpus (default: all).", completion: NameCompletion.corpora)
    var corpus: String?

    /// Refuses a name that cannot be meant.
    func validate() throws {
        guard corpus?.isEmpty != true else {
            throw ValidationError("the corpus's name is empty")
        }
    }

    /// Tells the daemon.
    func run() async throws {
        let report = try await daemon.client.send(API.retry, query: [("corpus", corpus)])
        guard !output.json else { return StandardOutput.write(JSONOutput.line(report)) }
        StandardOutput.write("\(NumberText.counted(report.retried, "score")) to make again\n")
    }
}
