import ArgumentParser
import Foundation
import Refinery

/// `refinectl enqueue`.
struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hand corpus files to the daemon, which cuts and scores them.",
        discussion: """
            Files are read with your permissions and streamed to the daemon. Enqueueing a file \
            again adds nothing that is there already, and goes on where a broken upload stopped.

            Examples:
              refinectl enqueue corpus.jsonl.gz more/ --wait
              refinectl enqueue corpus/ --wait --price 0.05
              refinectl enqueue pile.jsonl.zst --domain-field meta.pile_set_name
              zcat *.gz | refinectl enqueue - --corpus web

            With --json: a line a file, {"job", "corpus", "file", "added", "unchanged", \
            "replaced", "rejected", "lines", "bytes", …}.
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var files: CorpusOptions
    @OptionGroup var cost: PriceOptions
    @OptionGroup var output: JSONOptions

    @Flag(help: "Wait until nothing of the files is left to score.")
    var wait = false

    /// Uploads file by file, then waits where asked to.
    func run() async throws {
        let listing = try files.listing()
        let client = daemon.client
        let start = ContinuousClock.now
        let summaries = try await upload(listing.sources, client)
        if output.json {
            JSONOutput.print(summaries)
        } else {
            StandardOutput.write(Self.words(summaries, took: .now - start))
        }
        StandardOutput.writeError(Self.notes(summaries, replacing: files.replace))
        let rejected = summaries.reduce(0) { $0 + $1.rejected }
        if files.strict, rejected > 0 {
            throw Failure(
                "\(NumberText.counted(rejected, "line")) of the files "
                    + (rejected == 1 ? "was rejected" : "were rejected"),
                hint: "refinectl rejects says which and why")
        }
        try Self.checkTaken(summaries, hint: "`refinectl rejects` says why")
        if wait {
            try await ScoringWait(client: client, summaries: summaries, price: cost.price).run()
        } else if !output.json {
            // What was taken is taken, whether or not the daemon can say how long it needs.
            guard let progress = try? await client.send(API.progress) else { return }
            StandardOutput.writeError(Self.timeLeft(progress, cost.price))
        }
    }

    /// How long the daemon needs for all that it has, and what that costs.
    static func timeLeft(_ report: ProgressReport, _ price: Double?) -> String {
        if report.finished { return "" }
        guard let seconds = report.etaSeconds, report.state != .loading else {
            return "`refinectl status` says how long scoring takes, once its speed is measured\n"
        }
        let cores = ScoringDisplay.cores(report, price)
        return "about \(ProgressLine.hours(seconds)) until everything is scored"
            + (cores.map { ": " + $0.words(seconds: seconds) } ?? "")
            + "; `refinectl status --watch` shows it\n"
    }

    private func upload(_ sources: [CorpusSource], _ client: Client) async throws
        -> [ImportSummary]
    {
        let sizes = sources.map { $0.isStandardInput ? nil : FileReader.size(path: $0.path) }
        let total = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
        let display = UploadDisplay(total: total, files: sources.count)
        let watch = InterruptWatch { number in
            StandardOutput.writeError(
                "\ninterrupted while uploading; enqueue the same files again to go on\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        var summaries: [ImportSummary] = []
        for source in sources {
            display.begin(source)
            let summary = try await client.upload(
                API.imports, query: query(source),
                repeats: FileReader.size(path: source.path) != nil,
                body: Client.body(of: source, fields: files.fields, display))
            display.end(
                documents: summary.documents)
            summaries.append(summary)
        }
        display.finish()
        return summaries
    }

    private func query(_ source: CorpusSource) -> [(String, String?)] {
        [
            ("corpus", files.corpusName), ("file", source.displayName),
            ("path", source.path == source.displayName ? nil : source.path),
            ("format", source.format.rawValue), ("compression", source.compression.rawValue),
            ("text_field", files.textField), ("id_field", files.idField),
            ("no_id_field", files.noIdField ? "1" : nil),
            ("domain_field", files.domainField), ("keep", files.keep?.text),
            ("replace", files.replace ? "1" : "0"),
        ]
    }

    /// Refuses files of which every line was rejected.
    static func checkTaken(_ summaries: [ImportSummary], hint: String) throws {
        let rejected = summaries.reduce(0) { $0 + $1.rejected }
        guard rejected > 0, summaries.allSatisfy({ $0.documents == 0 }) else { return }
        throw Failure(
            "nothing was taken: "
                + (rejected == 1
                    ? "the only line was rejected"
                    : "all \(NumberText.counted(rejected, "line")) were rejected"),
            hint: hint + "; --text-field names the field with the text")
    }

    /// What to know of fields that no line has, and of documents that are other in the store.
    static func notes(_ summaries: [ImportSummary], replacing: Bool) -> String {
        var text = ""
        for summary in summaries {
            let missing = (summary.missingFields ?? [:]).sorted { $0.key < $1.key }
            for (parameter, field) in missing {
                let option = "--" + parameter.replacing("_", with: "-")
                text += "warning: \(summary.file): no line has the field \(field) (\(option))\n"
            }
        }
        let kept = summaries.flatMap { $0.fields ?? [:] }
        for name in Set(kept.map(\.key)).sorted() {
            let counts = kept.filter { $0.key == name }.map(\.value)
            if counts.allSatisfy({ $0 == FieldCounts() }) {
                text += "warning: no line has the field \(name) (--keep)\n"
            }
            let leftOut = counts.reduce(0) { $0 + Int64($1.leftOut) }
            if leftOut > 0 {
                text +=
                    "note: field \(name) of \(NumberText.counted(leftOut, "document")) has no "
                    + "value in its column: a list, an object, an empty string or one of more than "
                    + "256 bytes, a value of another kind than the first, a number beyond 1e100, "
                    + "the 65,537th category or the 1,001st column\n"
            }
        }
        let differing = summaries.reduce(0) { $0 + ($1.differing ?? 0) }
        if differing > 0 {
            text +=
                "note: \(NumberText.counted(differing, "document"))"
                + (differing == 1 ? " has" : " have")
                + " another domain or other fields here than in the store; "
                + (replacing
                    ? "of an id that stands twice, the first counts\n"
                    : "--replace takes them over\n")
        }
        return NumberText.printableLines(text)
    }

    /// What became of the files and how fast they were read, for people.
    static func words(
        _ summaries: [ImportSummary], took duration: Duration,
        rejectsHint: String? = "refinectl rejects says why"
    ) -> String {
        var text = ""
        let rejecting = summaries.filter { $0.rejected > 0 }
        for summary in rejecting.prefix(20) {
            text +=
                NumberText.printable(
                    "\(summary.file): \(NumberText.counted(summary.rejected, "line")) rejected")
                + "\n"
        }
        if rejecting.count > 20 { text += "and \(rejecting.count - 20) more files\n" }
        func sum(_ count: KeyPath<ImportSummary, Int64>) -> Int64 {
            summaries.reduce(0) { $0 + $1[keyPath: count] }
        }
        let replaced = sum(\.replaced)
        let updated = summaries.reduce(0) { $0 + ($1.updated ?? 0) }
        text +=
            "\(NumberText.counted(sum(\.added), "document")) added, "
            + "\(NumberText.count(sum(\.unchanged))) unchanged, "
            + (replaced > 0 ? "\(NumberText.count(replaced)) replaced, " : "")
            + (updated > 0 ? "\(NumberText.count(updated)) updated, " : "")
            + "\(NumberText.counted(sum(\.rejected), "line")) rejected"
        if sum(\.rejected) > 0, let rejectsHint { text += " (\(rejectsHint))" }
        let bytes = sum(\.bytes)
        let rate = Int64(Double(bytes) / max(duration / .seconds(1), 1e-3))
        text += "; \(NumberText.bytes(bytes)) at \(NumberText.bytes(rate))/s\n"
        return text + columns(summaries)
    }

    /// The columns that were made of fields, for people.
    private static func columns(_ summaries: [ImportSummary]) -> String {
        var fields: [String: (values: Int64, leftOut: Int64)] = [:]
        for (name, counts) in summaries.flatMap({ $0.fields ?? [:] }) {
            fields[name, default: (0, 0)].values += Int64(counts.values)
            fields[name, default: (0, 0)].leftOut += Int64(counts.leftOut)
        }
        guard !fields.isEmpty else { return "" }
        var table = TextTable([("column", .left), ("documents", .right), ("left out", .right)])
        for (name, counts) in fields.sorted(by: { $0.key < $1.key }) {
            table.add([
                "field." + name, NumberText.count(counts.values), NumberText.count(counts.leftOut),
            ])
        }
        return table.render()
    }
}
