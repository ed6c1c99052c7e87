import ArgumentParser
import Refinery

/// `refinectl selections`.
struct Selections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the selections that were made.",
        discussion: """
            Example:
              refinectl selections --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var output: JSONOptions

    /// Asks the daemon and prints.
    func run() async throws {
        let list = try await daemon.client.json(.get, "/v1/selections", as: [SelectionSummary].self)
        guard !output.json else { return JSONOutput.print(list) }
        StandardOutput.write(Self.table(list))
    }

    /// The list for people.
    static func table(_ list: [SelectionSummary]) -> String {
        var table = TextTable([
            ("id", .right), ("name", .left), ("made", .left), ("kept chunks", .right),
            ("of", .right), ("kept tokens", .right), ("lowest score", .right),
        ])
        for selection in list {
            table.add([
                String(selection.id), selection.name, Words.time(selection.created),
                Words.count(selection.keptChunks), Words.count(selection.candidates),
                Words.count(selection.keptTokens),
                selection.minScore.map { Words.fixed($0, 4) } ?? "-",
            ])
        }
        return table.render()
    }
}
