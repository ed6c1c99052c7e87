import ArgumentParser
import Refinery

/// `refinectl models`.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the models that score or have scored.",
        discussion: """
            Example:
              refinectl models --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    /// Asks the daemon and prints.
    func run() async throws {
        let list = try await place.client(daemon).send(API.models)
        guard !output.json else { return JSONOutput.print(list) }
        StandardOutput.write(Self.table(list))
    }

    /// The list for people.
    static func table(_ list: [ModelReport]) -> String {
        var table = TextTable([
            ("role", .left), ("now", .left), ("architecture", .left), ("parameters", .right),
            ("tokenizer", .left), ("context", .left), ("fingerprint", .left), ("path", .left),
        ])
        for model in list {
            table.add([
                model.role.rawValue, model.current ? "yes" : "no", model.architecture,
                model.parameters > 0 ? NumberText.count(model.parameters) : "unknown",
                model.tokenizer, model.context,
                String(model.fingerprint.prefix(16)), model.path,
            ])
        }
        return table.render()
    }
}
