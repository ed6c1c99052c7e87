import ArgumentParser
import Refinery

/// `refinectl selections`.
struct Selections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the selections that were made, show, compare or delete them.",
        discussion: """
            Examples:
              refinectl selections --json
              refinectl selections NAME
              refinectl selections diff NAME OTHER
              refinectl selections delete NAME
            """,
        subcommands: [SelectionList.self, SelectionDiff.self, SelectionDelete.self],
        defaultSubcommand: SelectionList.self)
}

/// `refinectl selections [NAME]`.
struct SelectionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all selections, or show one.")

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Argument(help: "The one to show.")
    var name: String?

    /// Asks the daemon and prints.
    func run() async throws {
        if let name {
            let found = try await place.client(daemon).selection(named: name)
            guard !output.json else { return StandardOutput.write(JSONOutput.line(found)) }
            let rule = try found.rule.canonicalJSON()
            return StandardOutput.write(
                SelectionTable.render(found) + "\nrule: \(NumberText.printable(rule))\n")
        }
        let list = try await place.client(daemon).send(API.selections)
        guard !output.json else { return JSONOutput.print(list) }
        StandardOutput.write(Self.table(list))
    }

    /// The list for people.
    static func table(_ list: [SelectionSummary]) -> String {
        var table = TextTable([
            ("id", .right), ("name", .left), ("made", .left), ("kept", .right),
            ("of", .right), ("kept tokens", .right), ("lowest score", .right),
        ])
        for selection in list {
            table.add([
                String(selection.id), selection.name, NumberText.time(selection.created),
                NumberText.count(selection.keptChunks), NumberText.count(selection.candidates),
                NumberText.count(selection.keptTokens),
                selection.minScore.map { NumberText.fixed($0, 4) } ?? "-",
            ])
        }
        return table.render()
    }
}

/// `refinectl selections diff A B`.
struct SelectionDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say how much two selections have in common.")

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Argument(help: "The one.") var first: String
    @Argument(help: "The other.") var second: String

    /// Asks the daemon and prints.
    func run() async throws {
        let found = try await place.client(daemon).send(
            API.comparison, query: [("first", first), ("second", second)])
        StandardOutput.write(output.json ? JSONOutput.line(found) : Self.table(found))
    }

    /// The comparison for people.
    static func table(_ found: SelectionComparison) -> String {
        var table = TextTable([
            ("", .left), (found.unit.rawValue + "s", .right), ("tokens", .right),
        ])
        func add(_ name: String, _ items: Int, _ tokens: Int) {
            table.add([name, NumberText.count(items), NumberText.count(tokens)])
        }
        add(found.first, found.firstItems, found.firstTokens)
        add(found.second, found.secondItems, found.secondTokens)
        add("in both", found.bothItems, found.bothTokens)
        return table.render() + "Jaccard: \(NumberText.fixed(found.jaccard, 4))\n"
    }
}

/// `refinectl selections delete NAME`.
struct SelectionDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a selection, not what it selects.",
        discussion: "Texts that were replaced or deleted since, and that it alone held, go with it."
    )

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions

    @Argument(help: "The selection's name.") var name: String

    /// Tells the daemon.
    func run() async throws {
        let found = try await place.client(daemon).selection(named: name)
        try await place.client(daemon).send(API.deleteSelection, String(found.id))
        StandardOutput.writeError("selection \(NumberText.printable(name)) is deleted\n")
    }
}

extension Client {
    /// The selection of that name.
    ///
    /// - Throws: ``Failure`` where there is none.
    func selection(named name: String) async throws -> SelectionSummary {
        let found = try await send(API.selections, query: [("name", name)])
        guard let selection = found.first else {
            throw RefineryError.missing(.selection, NumberText.printable(name))
        }
        return selection
    }
}
