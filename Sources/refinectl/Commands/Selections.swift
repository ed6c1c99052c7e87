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
              refinectl selections prune --keep 20 --dry-run
            """,
        subcommands: [
            SelectionList.self, SelectionDiff.self, SelectionDelete.self, SelectionPrune.self,
        ],
        defaultSubcommand: SelectionList.self)
}

/// `refinectl selections [NAME]`.
struct SelectionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all selections, or show one.")

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Argument(help: "The one to show.", completion: NameCompletion.selections)
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

    @Argument(help: "The one.", completion: NameCompletion.selections) var first: String
    @Argument(help: "The other.", completion: NameCompletion.selections) var second: String

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

    @Argument(help: "The selection's name.", completion: NameCompletion.selections)
    var name: String

    /// Tells the daemon.
    func run() async throws {
        let found = try await place.client(daemon).selection(named: name)
        try await place.client(daemon).send(API.deleteSelection, String(found.id))
        StandardOutput.writeError("selection \(NumberText.printable(name)) is deleted\n")
    }
}

/// `refinectl selections prune --keep N`.
struct SelectionPrune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete all selections but the newest, not what they select.",
        discussion: """
            The names of those that go are printed, one a line.

            Examples:
              refinectl selections prune --keep 20 --dry-run
              refinectl selections prune --keep 20 --except final --except paper
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions

    @Option(help: ArgumentHelp("How many of the newest stay.", valueName: "n"))
    var keep: Int

    @Option(
        help: ArgumentHelp("A selection that stays, too (repeatable).", valueName: "name"),
        completion: NameCompletion.selections)
    var except: [String] = []

    @Flag(help: "Print the names and delete nothing.")
    var dryRun = false

    /// Refuses what cannot be meant.
    func validate() throws {
        guard keep >= 0 else { throw ValidationError("--keep must be at least 0") }
        guard !except.contains("") else { throw ValidationError("--except must not be empty") }
    }

    /// Tells the daemon.
    func run() async throws {
        let client = place.client(daemon)
        let all = try await client.send(API.selections)
        for name in except where !all.contains(where: { $0.name == name }) {
            throw RefineryError.missing(
                .selection, NumberText.printable(name), among: all.map(\.name))
        }
        let doomed = Self.doomed(all, keep: keep, except: except)
        for selection in doomed {
            if !dryRun { try await client.send(API.deleteSelection, String(selection.id)) }
            StandardOutput.write(NumberText.printable(selection.name) + "\n")
        }
        let words =
            "\(NumberText.counted(Int64(doomed.count), "selection")) of \(NumberText.count(all.count))"
        StandardOutput.writeError(dryRun ? "would delete \(words)\n" : "deleted \(words)\n")
    }

    /// Those that go, oldest first.
    static func doomed(
        _ all: [SelectionSummary], keep: Int, except: [String]
    ) -> [SelectionSummary] {
        all.sorted { $0.id < $1.id }.dropLast(min(keep, all.count)).filter {
            !except.contains($0.name)
        }
    }
}

extension Client {
    /// The selection of that name.
    ///
    /// - Throws: ``Failure`` where there is none.
    func selection(named name: String) async throws -> SelectionSummary {
        let found = try await send(API.selections, query: [("name", name)])
        guard let selection = found.first else {
            let names = try await send(API.selections).map(\.name)
            throw RefineryError.missing(.selection, NumberText.printable(name), among: names)
        }
        return selection
    }
}
