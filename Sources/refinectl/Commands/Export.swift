import ArgumentParser
import Foundation
import NIOCore
import Refinery

/// `refinectl export`.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Select chunks by their scores and write them out.",
        discussion: """
            The output is compressed where its name ends in .gz or .zst, appears whole or not at \
            all, and gets a manifest beside it (PATH.manifest.json: models, rule, counts, \
            SHA-256). What was kept of what is printed on stderr.

            Examples:
              refinectl export --ratio 0.5 --output refined.jsonl.zst
              refinectl export --token-budget 1000000000 --corpus web --output web.jsonl.gz
              refinectl export --top-k 100 --order score | head -3
              refinectl export --token-ratio 0.3 --where difference=..q0.99 \\
                --mix code=0.3,web=0.7 --spill --dry-run
              refinectl export --token-ratio 0.3 --decontaminate mmlu.jsonl \\
                --decontaminate gsm8k.jsonl --near-duplicates 0.8 --output clean.jsonl.zst

            With --json and a file as output the selection's summary is printed on stdout.
            --dry-run prints what would be kept and records and writes nothing. The rules are in \
            docs/selection.md.
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var selecting: SelectingOptions
    @OptionGroup var writing: OutputOptions
    @OptionGroup var output: JSONOptions

    @Option(help: ArgumentHelp("Only this corpus (default: all).", valueName: "name"))
    var corpus: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("The file to write, or - for stdout.", valueName: "path"))
    var path = "-"

    @Flag(help: "Print what would be kept; record and write nothing.")
    var dryRun = false

    /// Refuses contradictions.
    func validate() throws {
        guard !(output.json && path == "-" && !dryRun) else {
            throw ValidationError("--json prints the summary on stdout, so --output must be a file")
        }
        guard corpus?.isEmpty != true else { throw ValidationError("--corpus must not be empty") }
    }

    /// Has the daemon select, then streams the rows to the output.
    func run() async throws {
        let client = place.client(daemon)
        if !dryRun { try await checkOutput(client) }
        let files = try await RuleFiles(selecting.candidates)
        let request = SelectionRequest(
            rule: try selecting.rule(corpus: corpus, files: files),
            name: writing.name, dryRun: dryRun)
        let reporter = ProgressReporter()
        reporter.update(ProgressSnapshot(stage: "selecting"))
        try await files.send(to: client)
        let summary = try await client.send(API.select, body: request)
        guard !dryRun else {
            reporter.finish()
            StandardOutput.write(
                output.json ? JSONOutput.line(summary) : SelectionTable.render(summary))
            return
        }
        let note = try await write(summary, client, reporter)
        reporter.finish()
        StandardOutput.writeError(SelectionTable.render(summary) + note)
        if output.json { StandardOutput.write(JSONOutput.line(summary)) }
    }

    /// Refuses an output that is the daemon's, or one of the benchmarks, before it selects.
    private func checkOutput(_ client: Client) async throws {
        guard path != "-" else { return }
        let status = try await client.send(API.status)
        var target = OutputTarget()
        for model in [status.teacher, status.reference] {
            if let model { target.protect(model: model.path, as: "the \(model.role.rawValue)") }
        }
        if let store = status.store { target.protect(store: store) }
        for file in selecting.candidates.decontaminate { target.protect(file, as: "the benchmark") }
        if let file = selecting.candidates.excludeIDs {
            target.protect(file, as: "the file of ids")
        }
        try writing.checkFormat(path)
        try OutputOptions.check(path, target, .export, writing.overwriting)
    }

    private func write(
        _ summary: SelectionSummary, _ client: Client, _ reporter: ProgressReporter
    ) async throws -> String {
        let selection = String(summary.id)
        let provenance =
            path == "-"
            ? Provenance(models: [], chunkers: [])
            : try await client.send(API.provenance, selection)
        let file = try ExportFile(
            path: path, format: writing.format(of: path), keepFields: writing.keepFields)
        let watch = InterruptWatch { number in
            file.discard()
            StandardOutput.writeError("\ninterrupted; nothing was written\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        do {
            try await client.download(
                API.selectionRows, selection,
                query: [
                    ("order", writing.order.rawValue), ("seed", String(writing.orderSeed)),
                    ("merge_adjacent", writing.mergeAdjacent ? "1" : "0"),
                    ("keep_fields", writing.keepFields ? "1" : "0"),
                ]
            ) { buffer in
                try file.write(Array(buffer.readableBytesView))
                reporter.update(
                    ProgressSnapshot(
                        stage: "writing", done: Int64(file.rows), total: Int64(summary.keptChunks)))
            }
            try file.finish(summary: summary, provenance: provenance, options: writing.options)
            return file.controlTokenNote
        } catch {
            file.discard()
            throw error
        }
    }
}
