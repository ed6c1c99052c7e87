import ArgumentParser
import Foundation
import NIOCore
import Refinery

/// `refinectl scores`.
struct Scores: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every scored chunk's columns, for a notebook.",
        discussion: """
            One line a chunk, in corpus order; docs/selection.md has the columns. at_length is \
            against the candidates that the filters given and the standard guards leave.

            Examples:
              refinectl scores --format csv > scores.csv
              refinectl scores --corpus web --where repetition=0.5.. | head
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions

    @Option(
        help: ArgumentHelp("Only this corpus's.", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus: String?

    @Option(help: ArgumentHelp("Leave this domain out.", valueName: "domain"))
    var excludeDomain: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("As of `export`.", valueName: "column=lo..hi"))
    var filters: [String] = []

    @Option(help: "A line a chunk or a document.")
    var unit = ItemUnit.chunk

    @Option(help: "JSON or comma-separated lines.")
    var format = ScoreFormat.jsonl

    /// Refuses filters that cannot be read.
    func validate() throws {
        try ValidationError.rethrow {
            for filter in filters { try ColumnRange(filter).validate() }
        }
    }

    /// Streams the lines to stdout.
    func run() async throws {
        let terminal = isatty(STDOUT_FILENO) == 1 ? TerminalLines() : nil
        try await place.client(daemon).download(
            API.scores,
            query: [
                ("corpus", corpus), ("unit", unit.rawValue), ("format", format.rawValue),
                ("exclude_domains", try Self.list(excludeDomain)),
                ("where", try Self.list(filters)),
            ]
        ) { buffer in
            let bytes = Array(buffer.readableBytesView)
            if let terminal { terminal.write(bytes) } else { StandardOutput.write(bytes) }
        }
    }

    private static func list(_ values: [String]) throws -> String? {
        values.isEmpty ? nil : String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
    }
}

extension ScoreFormat: ExpressibleByArgument {}
