import ArgumentParser
import Foundation
import Refinery

/// `refinectl delete CORPUS`.
struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete a corpus: its documents, chunks and scores.",
        discussion: """
            On a terminal it asks first, unless --yes is given; in a script it does not ask.

            Example:
              refinectl delete web --yes
            """)

    @OptionGroup var daemon: DaemonOptions

    @Argument(help: "The corpus's name.", completion: NameCompletion.corpora)
    var corpus: String

    @Flag(name: [.short, .long], help: "Don't ask.")
    var yes = false

    /// Refuses a name that cannot be meant.
    func validate() throws {
        guard !corpus.isEmpty else { throw ValidationError("the corpus's name is empty") }
    }

    /// Asks where somebody is there to answer, then tells the daemon.
    func run() async throws {
        if !yes, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 {
            StandardOutput.writeError(
                "delete corpus \(NumberText.printable(corpus)) with all of its scores? [y/N] ")
            let answer = readLine()?.lowercased() ?? ""
            guard ["y", "yes"].contains(answer) else {
                throw Failure("nothing was deleted")
            }
        }
        try await daemon.client.send(API.deleteCorpus, corpus)
        StandardOutput.writeError("corpus \(NumberText.printable(corpus)) is deleted\n")
    }
}
