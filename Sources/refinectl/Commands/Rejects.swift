import ArgumentParser
import Foundation
import NIOCore
import Refinery

/// `refinectl rejects`.
struct Rejects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every line that was not taken, with its reason.",
        discussion: """
            Lines for people are: file:line, reason, detail.

            Examples:
              refinectl rejects
              refinectl rejects --corpus web --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Option(
        help: ArgumentHelp("Only this corpus's.", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus: String?

    /// Streams the rejects to stdout.
    func run() async throws {
        let asJSON = output.json
        let lines = LineAssembler()
        let hasDuplicates = AtomicFlag()
        try await place.client(daemon).download(API.rejects, query: [("corpus", corpus)]) {
            buffer in
            if asJSON {
                StandardOutput.write(Array(buffer.readableBytesView))
            } else {
                let words = try lines.feed(buffer.readableBytesView).map(Self.words)
                if words.contains(where: { $0.contains("  duplicate_id  ") }) {
                    hasDuplicates.set()
                }
                StandardOutput.write(words.joined())
            }
        }
        if hasDuplicates.isSet { StandardOutput.writeError(Self.duplicatesHint) }
    }

    /// What to do where ids stand twice.
    static let duplicatesHint =
        "hint: shards that number their documents from 0 each take --no-id-field, or a --corpus "
        + "each; a new version of a document takes --replace\n"

    /// One line for people.
    static func words(_ line: [UInt8]) throws -> String {
        let reject = try JSONDecoder().decode(RejectRecord.self, from: Data(line))
        return NumberText.printable(
            "\(reject.file):\(reject.line)  \(reject.reason.rawValue)  \(reject.detail)")
            + "\n"
    }
}
