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
    @OptionGroup var output: JSONOptions

    @Option(help: ArgumentHelp("Only this corpus's.", valueName: "name"))
    var corpus: String?

    /// Streams the rejects to stdout.
    func run() async throws {
        let asJSON = output.json
        let lines = LineAssembler()
        try await daemon.client.download("/v1/rejects", query: [("corpus", corpus)]) { buffer in
            if asJSON {
                StandardOutput.write(Array(buffer.readableBytesView))
            } else {
                StandardOutput.write(
                    try lines.feed(buffer.readableBytesView).map(Self.words).joined())
            }
        }
    }

    /// One line for people.
    static func words(_ line: [UInt8]) throws -> String {
        let reject = try JSONDecoder().decode(RejectReport.self, from: Data(line))
        return Words.printable("\(reject.file):\(reject.line)  \(reject.reason)  \(reject.detail)")
            + "\n"
    }
}
