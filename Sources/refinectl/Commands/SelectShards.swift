import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import Synchronization

/// `refinectl select-shards`.
struct SelectShards: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Select among score files of many shards, without a store.",
        discussion: """
            Reads every score file once and writes a folder of cuts, which says of each shard what is \
            kept. The rule means what it means for a store that took the shards in the order in which \
            they are named, and the same chunks are kept. `refinectl export-shard` then writes the \
            kept chunks of one shard, on any machine. What needs texts or a store is refused: near \
            duplicates, --decontaminate, --exclude-ids, --unit document, at_length, --like, imported \
            columns and expected_difference. docs/score-files.md has the form of the cuts.

            Examples:
              refinectl select-shards scores/*.jsonl.zst --ratio 0.2 --output cuts
              refinectl select-shards --list scores.txt --token-budget 1000000000000 \\
                --where difference=..q0.99 --mix code=0.3,web=0.7 --spill --scratch /nvme \\
                --output cuts
            """)

    @Argument(
        help: ArgumentHelp(
            "Score files, as score-shard writes them: .jsonl (also .gz, .zst) or .parquet.",
            valueName: "file"))
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read the names of more score files from this file, one a line.", valueName: "file"))
    var list: String?

    @OptionGroup var selecting: SelectingOptions

    @Option(
        help: ArgumentHelp("Only this corpus (default: all).", valueName: "name"))
    var corpus: String?

    @Option(help: ArgumentHelp("The selection's name (default: made from the rule)."))
    var name: String?

    @Option(
        help: ArgumentHelp("The folder of cuts, where nothing may be yet.", valueName: "folder"))
    var output: String

    @OptionGroup var scratch: ScratchOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var json: JSONOptions

    /// Refuses what needs a store, and contradictions.
    func validate() throws {
        guard !files.isEmpty || list != nil else {
            throw ValidationError("name score files, or a file with their names by --list")
        }
        guard !output.isEmpty else { throw ValidationError("--output must not be empty") }
        guard corpus?.isEmpty != true else { throw ValidationError("--corpus must not be empty") }
        guard name?.isEmpty != true else { throw ValidationError("--name must not be empty") }
        for (option, isGiven) in [
            ("--decontaminate", !selecting.candidates.decontaminate.isEmpty),
            ("--exclude-ids", selecting.candidates.excludeIDs != nil),
            ("--near-duplicates", selecting.candidates.nearDuplicates != nil),
        ] where isGiven {
            throw ValidationError(
                "\(option) needs a store: `refinectl import-scores` brings score files into one")
        }
        try ValidationError.rethrow { try selecting.rule(corpus: corpus).checkShards() }
    }

    /// The whole job.
    func run() async throws {
        let isStopped = AtomicFlag()
        let watch = InterruptWatch { number in
            StandardOutput.writeError("\nstopping; nothing is written\n")
            isStopped.set()
        }
        defer { watch.stop() }
        let paths = try files + listed()
        let rule = try selecting.rule(corpus: corpus)
        var target = OutputTarget()
        for path in paths { target.protect(path, as: "the score file") }
        try target.check(output)
        let reporter = ProgressReporter()
        let rows = Mutex(Int64(0))
        let cuts = try await NIOThreadPool.singleton.runIfActive {
            try ShardSelectionStage(
                paths, folder: scratch.folder, threads: threadOptions.count,
                told: { event in
                    switch event {
                    case .read(let more):
                        let done = rows.withLock { rows in
                            rows += Int64(more)
                            return rows
                        }
                        reporter.update(ProgressSnapshot(stage: "reading", done: done))
                    case .joining: reporter.update(ProgressSnapshot(stage: "joining texts"))
                    case .choosing: reporter.update(ProgressSnapshot(stage: "choosing"))
                    case .writing: reporter.update(ProgressSnapshot(stage: "writing"))
                    }
                }, isCancelled: { isStopped.isSet }
            ).run(rule, name: name, output: output, writer: "refinery \(refineryVersion)")
        }
        reporter.finish()
        StandardOutput.writeError(SelectionTable.render(cuts.selection) + Self.notes(cuts))
        if json.json { StandardOutput.write(JSONOutput.line(cuts.selection)) }
    }

    private func listed() throws -> [String] {
        guard let list else { return [] }
        do {
            // Windows' line end is one character in Swift.
            return try String(contentsOfFile: list, encoding: .utf8)
                .split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
        } catch {
            throw Failure(
                "cannot read the list \(list): \(error.localizedDescription)",
                hint: "it has the name of a score file on each line, in UTF-8")
        }
    }

    private static func notes(_ cuts: ShardCuts) -> String {
        var text = ""
        if cuts.repeatedDocuments > 0 {
            text +=
                "note: \(NumberText.counted(Int64(cuts.repeatedDocuments), "document")) of a corpus "
                + "and id that stood before were passed over\n"
        }
        if cuts.differing > 0 {
            text +=
                "note: where two files score one text, \(NumberText.count(cuts.differing)) times the "
                + "sums differed, and one of them was taken by the rule of docs/score-files.md\n"
        }
        return text
    }
}
