import ArgumentParser
import Refinery

/// `refinectl corpora`.
struct Corpora: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the corpora with their counts.",
        discussion: """
            Example:
              refinectl corpora --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    /// Asks the daemon and prints.
    func run() async throws {
        let list = try await place.client(daemon).send(API.corpora)
        guard !output.json else { return JSONOutput.print(list) }
        StandardOutput.write(Self.table(list))
    }

    /// The list for people.
    static func table(_ list: [CorpusStatus]) -> String {
        // A column that says nothing is left out.
        let hasFailures = list.contains { $0.failed.teacher + $0.failed.reference > 0 }
        let hasUnread = list.contains { $0.unread != nil }
        var table = TextTable(
            [
                ("corpus", .left), ("documents", .right), ("chunks", .right), ("tokens", .right),
                ("duplicates", .right), ("rejects", .right), ("teacher", .right),
                ("reference", .right), ("pending", .right),
            ] + (hasUnread ? [("unread", .right)] : [])
                + (hasFailures ? [("failed", .right)] : []))
        for corpus in list {
            table.add(
                [
                    corpus.name, NumberText.count(corpus.documents),
                    NumberText.count(corpus.chunks),
                    NumberText.count(corpus.tokens), NumberText.count(corpus.duplicates),
                    NumberText.count(corpus.rejects), NumberText.count(corpus.scored.teacher),
                    NumberText.count(corpus.scored.reference), NumberText.count(corpus.pending),
                ]
                    + (hasUnread ? [NumberText.count(corpus.unread ?? 0)] : [])
                    + (hasFailures
                        ? [NumberText.count(corpus.failed.teacher + corpus.failed.reference)] : []))
        }
        return table.render()
    }
}
