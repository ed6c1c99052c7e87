import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TeacherInference
import TrainerFormats

/// `refinectl score-shard`.
struct ScoreShard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score one file of a corpus on any machine, into a score file.",
        discussion: """
            Cuts the file's documents, scores every chunk with both models and writes the sums, \
            without any text, under a temporary name that becomes --output at the end. Any engine \
            that runs commands can run it, kill it and run it again: a score file that is there and \
            of this file, these models and this chunker is left as it is, with exit code 0; any other \
            file there is refused, with 1. With --store what is scored is kept there until the score \
            file is in place, and a run that was killed goes on from it. SIGTERM ends the run at the \
            next layer with 75: run the same command again. The score file is lines of JSON or, where \
            its name ends in .parquet, columns for DuckDB and Polars; every command takes both. \
            docs/score-files.md has the forms.

            Examples:
              refinectl score-shard shard-00017.jsonl.zst --teacher big.gguf --reference small/ \\
                --output scores/shard-00017.jsonl.zst --store $TMPDIR/shard-00017.sqlite
              refinectl score-shard shard-00017.parquet --teacher big.gguf --reference small/ \\
                --output scores/shard-00017.parquet
            """)

    @OptionGroup var shard: ShardOptions

    @Option(
        help: ArgumentHelp(
            "The teacher: a .gguf file, a Hugging Face folder, or an engine's address.",
            valueName: "model"))
    var teacher: String

    @Option(help: ArgumentHelp("The reference, named as the teacher is.", valueName: "model"))
    var reference: String

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("--context of the reference alone.", valueName: "rule"))
    var referenceContext: String?

    @Option(help: ArgumentHelp("--pre of the reference alone.", valueName: "name"))
    var referencePre: String?

    @OptionGroup var engines: PairEngineOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var json: JSONOptions

    @Option(
        help: ArgumentHelp(
            "The score file: .jsonl, .jsonl.gz, .jsonl.zst or .parquet.", valueName: "path"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Keep what is scored here until the score file is in place, so that the run can go on.",
            valueName: "path"))
    var store: String?

    @Option(help: ArgumentHelp("The most tokens of a chunk.", valueName: "n"))
    var maxTokens = 1024

    /// Refuses contradictions.
    func validate() throws {
        guard PipelineConfiguration.maxTokensRange.contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 16 to 1000000")
        }
        guard store?.isEmpty != true else { throw ValidationError("--store must not be empty") }
        let endings = ScoreFileForm.endings
        guard endings.contains(where: output.hasSuffix) else {
            throw ValidationError(
                "--output must end in \(endings.dropLast().joined(separator: ", ")) or "
                    + endings[endings.count - 1])
        }
        try engines.validate(teacher: teacher, reference: reference)
    }

    /// The whole job.
    func run() async throws {
        let source = try shard.source()
        let configuration = try pipelineConfiguration()
        var target = OutputTarget()
        target.protect(source.path, as: "the shard")
        target.protect(model: configuration.teacher.localPath, as: "the teacher")
        target.protect(model: configuration.reference.localPath, as: "the reference")
        if let store {
            try target.check(store, isStore: true)
            target.protect(store: store)
        }
        try target.check(output)
        // Before hours of scoring.
        let folder = FilePath.folder(of: FileSystem.followingLinks(output))
        guard access(folder.isEmpty ? "." : folder, W_OK) == 0 else {
            throw Failure(
                "cannot write \(output): \(folder): \(String(cString: strerror(errno)))",
                hint: "its folder must exist and be writable")
        }
        let job = ShardJob(
            source: source, shard: shard, configuration: configuration, output: output)
        let store = store
        let task = Task { try await job.run(store: store) }
        let watch = InterruptWatch { number in
            StandardOutput.writeError("\nstopping; once more to end at once\n")
            job.stop(number)
            task.cancel()
        }
        defer { watch.stop() }
        let outcome = await task.result
        if let signal = job.signal, case .failure = outcome {
            StandardOutput.writeError(
                store == nil
                    ? "stopped; nothing is kept: --store PATH keeps what is scored\n"
                    : "stopped; the same command goes on\n")
            if signal == SIGTERM { throw ExitCode(Self.comeAgain) }
            StandardOutput.endBySignal(signal)
        }
        report(try outcome.get())
    }

    /// EX_TEMPFAIL of sysexits(3): the same command, run again, goes on.
    private static let comeAgain: Int32 = 75

    private func report(_ result: ShardResult) {
        if json.json { StandardOutput.write(JSONOutput.line(result)) }
        let counts =
            "\(NumberText.counted(result.chunks, "chunk")) of "
            + "\(NumberText.counted(result.documents, "document")), "
            + "\(NumberText.counted(result.rejects, "reject"))"
        StandardOutput.writeError(
            NumberText.printable(
                result.isNew
                    ? "\(output): \(counts), \(NumberText.bytes(result.bytes))"
                    : "\(output) is whole and of this shard: nothing to do (\(counts))") + "\n")
    }

    private func pipelineConfiguration() throws -> PipelineConfiguration {
        let options = modelOptions.options
        var configuration = PipelineConfiguration(
            teacher: try engines.flags(.teacher).reference(teacher, options),
            reference: try engines.flags(.reference)
                .reference(
                    reference, options.with(context: referenceContext, pre: referencePre)))
        configuration.threads = threadOptions.threads ?? 0
        configuration.maxTokens = maxTokens
        return configuration
    }
}

/// What `score-shard --json` prints.
struct ShardResult: Codable, Sendable {
    /// Whether this run wrote the file; false where it was there already.
    var isNew: Bool
    /// Documents with a chunk.
    var documents: Int64
    /// Rows of chunks.
    var chunks: Int64
    /// Rows of lines that were not taken.
    var rejects: Int64
    /// The file's bytes.
    var bytes: Int64

    private enum CodingKeys: String, CodingKey {
        case documents, chunks, rejects, bytes
        case isNew = "new"
    }

    /// What a score file with a trailer holds.
    init(_ trailer: ScoreFileTrailer, bytes: Int64, isNew: Bool) {
        self.isNew = isNew
        documents = Int64(trailer.documents)
        chunks = Int64(trailer.chunks)
        rejects = Int64(trailer.rejects)
        self.bytes = bytes
    }
}
