import ArgumentParser
import Foundation
import NIOPosix
import Refinery

/// `refinectl import-scores`.
struct ImportScores: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take score files of many machines into one store.",
        discussion: """
            Scores are found by the SHA-256 of their chunk's text, so that files come in any order \
            and as often as one likes. Where two say other things of one text and model, the least \
            by shard, line and ordinal stands, whichever came first; a score that this store's own \
            machine computed is never replaced. The corpus must be there and cut: the daemon cuts \
            by itself, and with --store --tokenizer names what cuts. The pair of the files becomes \
            the store's current one where it has none, and with --make-current; the daemon's is \
            that of its configuration.

            Examples:
              refinectl import-scores scores/*.jsonl.zst
              refinectl import-scores scores/*.jsonl.zst --store corpus.db --tokenizer big.gguf
            """)

    @Argument(
        help: ArgumentHelp(
            "Score files, as score-shard writes them: .jsonl (also .gz, .zst) or .parquet.",
            valueName: "file"))
    var files: [String]

    @OptionGroup var daemon: DaemonOptions

    @Option(
        help: ArgumentHelp(
            "Work on this store, which no daemon holds.", valueName: "path"))
    var store: String?

    @Option(help: ArgumentHelp("A model with the teacher's tokenizer.", valueName: "model"))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            "A model with the reference's tokenizer, where it is another.", valueName: "model"))
    var referenceTokenizer: String?

    @Option(help: ArgumentHelp("The pre-tokenizer of both.", valueName: "name"))
    var pre: String?

    @Flag(help: "Make the pair of the files the store's current one.")
    var makeCurrent = false

    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var json: JSONOptions

    /// Refuses contradictions.
    func validate() throws {
        guard store?.isEmpty != true else { throw ValidationError("--store must not be empty") }
        guard store != nil || (tokenizer == nil && !makeCurrent) else {
            throw ValidationError(
                "--tokenizer and --make-current go with --store: the daemon cuts with its own "
                    + "tokenizers, and its pair is that of its configuration")
        }
        guard store != nil || threadOptions.given.isEmpty else {
            throw ValidationError("--threads goes with --store: the daemon has its own")
        }
        guard tokenizer != nil || (referenceTokenizer == nil && pre == nil) else {
            throw ValidationError("--reference-tokenizer and --pre go with --tokenizer")
        }
    }

    /// The whole job.
    func run() async throws {
        guard let store else { return try await upload() }
        let isStopped = AtomicFlag()
        let watch = InterruptWatch { _ in
            StandardOutput.writeError("\nstopping; what was taken stays\n")
            isStopped.set()
        }
        defer { watch.stop() }
        let counts = try await NIOThreadPool.singleton.runIfActive {
            try take(store, isStopped)
        }
        if json.json { StandardOutput.write(JSONOutput.line(counts)) }
        StandardOutput.writeError(ScoreImportJob.words(counts))
    }

    /// Sends the files to the daemon, one after the other.
    private func upload() async throws {
        let sizes = files.map { FileReader.size(path: $0) }
        let total = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
        let display = UploadDisplay(total: total, files: files.count, counting: "row")
        let watch = InterruptWatch { number in
            StandardOutput.writeError("\nstopping; what was taken stays\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        var counts = ScoreImportCounts()
        var others: [String] = []
        for path in files {
            display.begin()
            let report = try await daemon.client.upload(
                API.importScores, query: [("file", path)],
                repeats: FileReader.size(path: path) != nil,
                body: Client.body(ofFile: path, display))
            display.end(documents: Int64(report.scores.chunks))
            counts.add(report.scores)
            if !report.isCurrent { others.append(path) }
        }
        display.finish()
        if json.json { StandardOutput.write(JSONOutput.line(counts)) }
        StandardOutput.writeError(ScoreImportJob.words(counts))
        if let other = others.first {
            StandardOutput.writeError(
                NumberText.printable(
                    "warning: \(NumberText.counted(Int64(others.count), "file")) of another pair than "
                        + "the daemon's, such as \(other): the scores are kept, and count once that "
                        + "pair is configured") + "\n")
        }
    }

    private func take(_ store: String, _ isStopped: AtomicFlag) throws -> ScoreImportCounts {
        guard FileSystem.exists(store) else {
            throw Failure(
                "there is no store \(store)",
                hint: "enqueue the corpus first, or make one with `refinectl refine --store`")
        }
        let lock = try InstanceLock(store: store)
        defer { withExtendedLifetime(lock) {} }
        let opened = try Store(path: store)
        let counts = try ScoreImportJob(
            files: files,
            tokenizers: tokenizer.map {
                ScoreImportStage.Tokenizers(teacher: $0, reference: referenceTokenizer, pre: pre)
            }, makesCurrent: makeCurrent, threads: threadOptions.count, isStopped: isStopped
        ).run(on: opened)
        try opened.close()
        return counts
    }
}
