import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TrainerFormats

/// `refinectl export-shard`.
struct ExportShard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what a selection among shards keeps of one shard.",
        discussion: """
            Takes a shard, its score file and the cuts of `refinectl select-shards`, and writes the \
            rows that `refinectl export` writes of a store, in the shard's order. The shard, the \
            score file and every text are compared with their SHA-256. Any engine runs it for many \
            shards at once; the outputs in the list's order are the export of one store. The output \
            appears whole or not at all, with a manifest beside it.

            Examples:
              refinectl export-shard shard-00017.jsonl.zst scores/shard-00017.jsonl.zst cuts \\
                --output refined/shard-00017.jsonl.zst
              refinectl export-shard a.parquet scores/a.jsonl.zst cuts --format megatron \\
                --tokenizer student/ --output refined/a
            """)

    @Argument(help: ArgumentHelp("The shard, as score-shard read it.", valueName: "path"))
    var path: String

    @Argument(
        help: ArgumentHelp(
            "Its score file: .jsonl (also .gz, .zst) or .parquet.", valueName: "scores"))
    var scores: String

    @Argument(help: ArgumentHelp("The folder of cuts.", valueName: "cuts"))
    var cuts: String

    @OptionGroup var writing: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The file, folder or common start of names to write, or - for stdout.",
            valueName: "path"))
    var output: String

    @OptionGroup var scratch: ScratchOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var json: JSONOptions

    /// Refuses what a shard by itself cannot have.
    func validate() throws {
        guard path != "-" else { throw ValidationError("a shard is a file") }
        guard writing.name == nil else {
            throw ValidationError("--name goes with select-shards, which names the selection")
        }
        guard writing.order == .corpus else {
            throw ValidationError(
                "--order \(writing.order.rawValue) is an order of all shards together: a shard is "
                    + "written in its own")
        }
        guard writing.namedFormat != .fasttext else {
            throw ValidationError("fasttext takes a selection from both ends, and cuts have one")
        }
        guard !(json.json && output == "-") else {
            throw ValidationError("--json prints on stdout, so --output must be a file")
        }
        try writing.check(stdout: output == "-")
    }

    /// The whole job.
    func run() async throws {
        let isStopped = AtomicFlag()
        let stage = try ShardExportStage(
            scores: scores, cuts: cuts, scratch: scratch.folder,
            isCancelled: { isStopped.isSet })
        var target = OutputTarget()
        target.protect(path, as: "the shard")
        target.protect(scores, as: "the score file")
        target.protect(model: cuts, as: "the cuts")
        if let model = writing.trainer.tokenizer {
            target.protect(model: model, as: "the tokenizer")
        }
        let output = try writing.output(
            path: output, besides: target, teacher: nil, threads: threadOptions.count)
        try writing.overwriting.check(output, is: stage.shard)
        guard output.format != .fasttext else {
            throw Failure("fasttext takes a selection from both ends, and cuts have one")
        }
        let file = try ExportFile(output)
        let watch = InterruptWatch { number in
            file.discard()
            StandardOutput.writeError("\ninterrupted; nothing was written\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        do {
            try await NIOThreadPool.singleton.runIfActive { try write(stage, into: file) }
            try file.finish(
                summary: stage.selection,
                shard: (
                    Manifest.Shard(
                        file: stage.shard.file, sha256: stage.shard.sha256, number: stage.number),
                    kept: stage.shard.kept
                ), provenance: stage.provenance, options: writing.options)
        } catch {
            file.discard()
            throw error
        }
        StandardOutput.writeError(
            NumberText.printable(
                "\(stage.shard.file): \(NumberText.counted(Int64(stage.shard.kept), "chunk")) of "
                    + "\(NumberText.count(stage.shard.chunks)) kept, "
                    + "\(NumberText.counted(Int64(file.rows), "row")) written") + "\n"
                + file.controlTokenNote)
        if json.json {
            StandardOutput.write(
                JSONOutput.line(
                    ShardExport(
                        chunks: stage.shard.chunks, kept: stage.shard.kept, rows: file.rows)))
        }
    }

    private func write(_ stage: ShardExportStage, into file: ExportFile) throws {
        let digest = try FileDigest(path: path)
        guard digest.sha256 == stage.shard.sha256 else {
            throw Failure(
                "\(path) is not the shard that was scored: its SHA-256 is "
                    + "\(digest.sha256.prefix(16)), not \(stage.shard.sha256.prefix(16))",
                hint: "name that file, or score this one and select again")
        }
        guard let source = try CorpusListing(paths: [path], hasCorpus: true).sources.first else {
            throw Failure("cannot read \(path)")
        }
        let reader = try CorpusReader(
            source, fields: stage.fields, keepsOthers: writing.keepFields)
        try stage.rows(of: source, writing.options, pieces: { try reader.read() }) { row in
            try file.write(OutputRow(row))
        }
    }
}

/// What `export-shard --json` prints.
struct ShardExport: Codable, Sendable {
    /// Chunks of the shard.
    var chunks: Int
    /// Chunks that are kept.
    var kept: Int
    /// Rows that were written.
    var rows: Int
}
