import ArgumentParser
import Refinery

/// `refinectl jobs`.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the jobs, newest first.",
        discussion: """
            Example:
              refinectl jobs --json
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    /// Asks the daemon and prints.
    func run() async throws {
        let list = try await place.client(daemon).send(API.jobs)
        guard !output.json else { return JSONOutput.print(list) }
        StandardOutput.write(Self.table(list))
    }

    /// The list for people.
    static func table(_ list: [JobRecord]) -> String {
        var table = TextTable([
            ("job", .right), ("kind", .left), ("state", .left), ("corpus", .left),
            ("created", .left), ("done", .right), ("of", .right), ("what", .left),
        ])
        for job in list {
            table.add([
                String(job.id), job.kind.rawValue, job.state.rawValue, job.corpus ?? "-",
                NumberText.time(job.created),
                NumberText.count(job.done), job.total.map(NumberText.count) ?? "-",
                job.error.map(NumberText.oneLine) ?? job.detail ?? "",
            ])
        }
        return table.render()
    }
}
