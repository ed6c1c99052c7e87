import ArgumentParser
import Refinery

/// `refinectl columns`.
struct Columns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "List the columns that were imported or are of documents' fields, show or delete one.",
        discussion: """
            Examples:
              refinectl columns --json
              refinectl columns topic
              refinectl columns delete topic
            """,
        subcommands: [ColumnList.self, ColumnDelete.self],
        defaultSubcommand: ColumnList.self)
}

/// `refinectl columns [NAME]`.
struct ColumnList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all imported columns, or show one.")

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Argument(
        help: "The one to show, with its categories and files.",
        completion: NameCompletion.imported)
    var name: String?

    /// Asks the daemon and prints.
    func run() async throws {
        let list = try await place.client(daemon).send(API.columns, query: [("name", name)])
        guard let name else {
            return output.json ? JSONOutput.print(list) : StandardOutput.write(Self.table(list))
        }
        guard let column = list.first else {
            let names = try await place.client(daemon).send(API.columns).map(\.name)
            throw RefineryError.missing(.column, NumberText.printable(name), among: names)
        }
        StandardOutput.write(output.json ? JSONOutput.line(column) : Self.table(column))
    }

    /// The list for people.
    static func table(_ list: [ColumnReport]) -> String {
        var table = TextTable([
            ("column", .left), ("values", .left), ("of", .right), ("files", .right),
            ("imported", .left),
        ])
        for column in list {
            table.add([
                column.name, kind(column),
                NumberText.counted(column.values, column.unit.rawValue),
                NumberText.count(Int64(column.files.count)), NumberText.time(column.created),
            ])
        }
        return table.render()
    }

    /// One column for people.
    static func table(_ column: ColumnReport) -> String {
        var text =
            "column \(column.name): \(kind(column)), "
            + "\(NumberText.counted(column.values, column.unit.rawValue))\n"
        var files = TextTable([("file", .left), ("corpus", .left), ("SHA-256", .left)])
        for file in column.files { files.add([file.file, file.corpus, file.sha256]) }
        if !column.files.isEmpty { text += "\n" + files.render() }
        guard let largest = column.largest, !largest.isEmpty else { return text }
        var categories = TextTable([("category", .left), (column.unit.rawValue + "s", .right)])
        for category in largest {
            categories.add([category.name, NumberText.count(category.chunks)])
        }
        return text + "\n" + categories.render()
    }

    private static func kind(_ column: ColumnReport) -> String {
        if let job = column.job { return "not whole: job \(job)" }
        switch column.kind {
        case .number: return "numbers"
        case .category:
            return NumberText.count(column.categories)
                + (column.categories == 1 ? " category" : " categories")
        case nil: return "none"
        }
    }
}

/// `refinectl columns delete NAME`.
struct ColumnDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an imported column.",
        discussion: "Selections that were made by it stay, but are not reported on without it.")

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions

    @Argument(help: "The column's name.", completion: NameCompletion.imported)
    var name: String

    /// Tells the daemon.
    func run() async throws {
        try await place.client(daemon).send(API.deleteColumn, name)
        StandardOutput.writeError("column \(NumberText.printable(name)) is deleted\n")
    }
}
