import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl report`.
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a page that shows what a selection keeps, and why.",
        discussion: """
            One HTML file without scripts or links: what was kept in words, whether the pair is \
            any good, scores, both models' losses with the cut, what each step removed, domains, \
            lengths, and the best chunks, those at the cut and the worst, each token coloured by \
            its difference. The tokens are scored again here, by \
            the models that the daemon named; --plain leaves that out.

            Examples:
              refinectl report --output report.html
              refinectl report --selection default-ratio-0.5 --output report.html --plain
              refinectl report --selection half --compare random-half --output report.html
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var overwriting: OverwriteOptions

    @Option(
        help: ArgumentHelp("The selection (default: the last one made).", valueName: "name"),
        completion: NameCompletion.selections)
    var selection: String?

    @Option(
        help: ArgumentHelp("A selection to put beside it.", valueName: "name"),
        completion: NameCompletion.selections)
    var compare: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("The file to write, or - for stdout.", valueName: "path"))
    var path: String

    @OptionGroup var fields: FieldOptions
    @OptionGroup var engines: PairEngineOptions

    @Flag(help: "Leave the tokens' colours out, and scoring them.")
    var plain = false

    /// Refuses options without a use.
    func validate() throws {
        guard !plain || engines.isEmpty else {
            throw ValidationError(
                "--plain leaves out the tokens that an engine would be asked for")
        }
    }

    /// Asks the daemon, scores the examples, writes the page.
    func run() async throws {
        let client = place.client(daemon)
        if path != "-" {
            let status = try await client.send(API.status)
            var target = OutputTarget()
            if let store = status.store { target.protect(store: store) }
            try OutputOptions.check(path, target, .page, overwriting)
        }
        let name = if let selection { selection } else { try await Self.last(client) }
        let query = [("selection", name)] + (compare.map { [("beside", $0)] } ?? [])
        let reporter = ProgressReporter()
        defer { reporter.finish() }
        let report = try await client.following(
            ReportData.jobDetail(selection: name), reporter
        ) { try await client.send(API.report, query: query) }
        let tokens = plain ? [:] : try self.tokens(of: report, reporter)
        let page = ReportPage.render(report, tokens: tokens)
        guard path != "-" else { return StandardOutput.write(page) }
        let file = try OutputWriter(path: path, compression: Compression.none)
        try file.write(page)
        _ = try file.finish()
    }

    private static func last(_ client: Client) async throws -> String {
        let all = try await client.send(API.selections)
        guard let last = all.last else {
            throw Failure("there is no selection yet", hint: "`refinectl export` makes one")
        }
        return last.name
    }

    private func tokens(
        of report: ReportData, _ reporter: ProgressReporter
    ) throws -> [Int64: [TokenDifference]] {
        guard
            let pair = try TokenDifferences.load(
                report.models, ignoredConfig: fields.ignored, engines: engines)
        else { return [:] }
        var texts: [Int64: TokenDifferences.Text] = [:]
        for example in report.examples.flatMap(\.chunks) where example.isWhole {
            texts[example.chunk] = .init(chunk: example.chunk, bytes: Array(example.text.utf8))
        }
        let total = Int64(texts.count)
        return try pair.compute(
            texts.values.sorted { $0.chunk < $1.chunk }, threads: threadOptions.count
        ) { done in
            reporter.update(
                ProgressSnapshot(stage: "scoring examples", done: Int64(done), total: total))
        }
    }
}
