import ArgumentParser
import Foundation
import NIOCore
import Refinery

/// `refinectl export`.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Select chunks by their scores and write them out.",
        discussion: """
            The output is JSONL, also compressed (.gz, .zst), Parquet (.parquet), or with --format \
            what a trainer reads: megatron (token ids in PATH.bin and PATH.idx), nanogpt (token ids in \
            PATH), nanoset and mds (a folder), fasttext (labelled lines). It appears whole or not at all, and gets a manifest \
            beside it (PATH.manifest.json: models, rule, counts, SHA-256), which `refinectl verify` \
            checks. What was kept of what is printed on stderr. The layouts are in docs/formats.md.

            Examples:
              refinectl export --ratio 0.5 --output refined.jsonl.zst
              refinectl export --token-budget 1000000000 --corpus web --output web.jsonl.gz
              refinectl export --top-k 100 --order score | head -3
              refinectl export --token-ratio 0.3 --where difference=..q0.99 \\
                --mix code=0.3,web=0.7 --spill --dry-run
              refinectl export --ratio 0.5 --format megatron --tokenizer student/ --output train
              refinectl export --ratio 0.2 --format fasttext --output train.txt
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
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var output: JSONOptions

    @Option(
        help: ArgumentHelp("Only this corpus (default: all).", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "The file, folder or common start of names to write, or - for stdout.",
            valueName: "path"))
    var path = "-"

    @Flag(help: "Print what would be kept; record and write nothing.")
    var dryRun = false

    @Flag(
        help: "Write, but keep no record of the selection (the default for stdout without --name).")
    var noRecord = false

    /// Refuses contradictions.
    func validate() throws {
        guard !(output.json && path == "-" && !dryRun) else {
            throw ValidationError("--json prints the summary on stdout, so --output must be a file")
        }
        guard !(noRecord && writing.name != nil) else {
            throw ValidationError("--name names the record that --no-record leaves out")
        }
        try writing.check(stdout: path == "-" && !dryRun)
        try writing.check(selecting)
        guard corpus?.isEmpty != true else { throw ValidationError("--corpus must not be empty") }
    }

    /// Has the daemon select, then streams the rows to the output.
    func run() async throws {
        let client = place.client(daemon)
        let output = dryRun ? nil : try await checkedOutput(client)
        let files = try await RuleFiles(selecting.candidates)
        let rule = try selecting.rule(corpus: corpus, files: files)
        let reporter = ProgressReporter()
        reporter.update(ProgressSnapshot(stage: "selecting"))
        try await files.send(to: client)
        let request = SelectionRequest(rule: rule, name: writing.name, dryRun: dryRun)
        let summary = try await client.following(request.jobDetail, reporter) {
            try await client.send(API.select, body: request)
        }
        guard let output else {
            reporter.finish()
            StandardOutput.write(
                self.output.json ? JSONOutput.line(summary) : SelectionTable.render(summary))
            return
        }
        var dropped: SelectionSummary?
        if output.format == .fasttext { dropped = try await drop(beside: summary, client) }
        let note = try await write(summary, dropped, output, client, reporter)
        reporter.finish()
        StandardOutput.writeError(
            SelectionTable.render(summary) + note
                + (isRecorded ? "" : "not recorded; --name NAME keeps a selection\n"))
        if self.output.json { StandardOutput.write(JSONOutput.line(summary)) }
    }

    /// Whether the selection is kept in the store; otherwise the daemon deletes it behind its rows.
    private var isRecorded: Bool { !noRecord && (path != "-" || writing.name != nil) }

    /// The output, refused where it is the daemon's or one of the rule's files, before it selects.
    private func checkedOutput(_ client: Client) async throws -> ExportOutput {
        guard path != "-" else {
            return try writing.output(
                path: path, besides: OutputTarget(), teacher: nil, threads: threadOptions.count)
        }
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
        if let model = writing.trainer.tokenizer {
            target.protect(model: model, as: "the tokenizer")
        }
        return try writing.output(
            path: path, besides: target, teacher: status.teacher?.path,
            threads: threadOptions.count)
    }

    /// Selects from the other end, and refuses what both ends have in common.
    private func drop(
        beside summary: SelectionSummary, _ client: Client
    ) async throws -> SelectionSummary {
        var recorded = [summary]
        do {
            let dropped = try await client.send(
                API.select,
                body: SelectionRequest(
                    rule: summary.rule.fromOtherEnd, name: summary.name + "-dropped",
                    dryRun: false))
            recorded.append(dropped)
            let comparison = try await client.send(
                API.comparison, query: [("first", summary.name), ("second", dropped.name)])
            try comparison.checkDisjoint()
            return dropped
        } catch {
            // What cannot be written keeps no name.
            for selection in recorded {
                _ = try await client.send(API.deleteSelection, String(selection.id))
            }
            throw error
        }
    }

    private func write(
        _ summary: SelectionSummary, _ dropped: SelectionSummary?, _ output: ExportOutput,
        _ client: Client, _ reporter: ProgressReporter
    ) async throws -> String {
        let provenance =
            path == "-"
            ? Provenance(models: [], chunkers: [])
            : try await client.send(API.provenance, String(summary.id))
        try writing.check(output, against: provenance)
        let file = try ExportFile(output)
        let watch = InterruptWatch { number in
            file.discard()
            StandardOutput.writeError("\ninterrupted; nothing was written\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        let total = Int64(summary.keptChunks + (dropped?.keptChunks ?? 0))
        do {
            try await download(summary, into: file, client, reporter, total: total)
            if let dropped {
                try file.beginDropped(after: summary, writing.options)
                try await download(dropped, into: file, client, reporter, total: total)
            }
            try file.finish(
                summary: summary, dropped: dropped, provenance: provenance,
                options: writing.options)
            return file.controlTokenNote
        } catch {
            file.discard()
            throw error
        }
    }

    private func download(
        _ selection: SelectionSummary, into file: ExportFile, _ client: Client,
        _ reporter: ProgressReporter, total: Int64
    ) async throws {
        try await client.download(
            API.selectionRows, String(selection.id),
            query: [
                ("order", writing.order.rawValue), ("seed", String(writing.orderSeed)),
                ("merge_adjacent", writing.mergeAdjacent ? "1" : "0"),
                ("keep_fields", writing.keepFields ? "1" : "0"),
                ("forget", isRecorded ? "0" : "1"),
            ]
        ) { buffer in
            try file.write(Array(buffer.readableBytesView))
            reporter.update(
                ProgressSnapshot(
                    stage: "writing", done: Int64(file.rows), total: total, unit: "rows"))
        }
    }
}
