import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TeacherInference

/// `refinectl train-reference`.
struct TrainReference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-reference",
        abstract: "Train a reference model on a slice of your own corpus.",
        discussion: """
            A reference that saw a slice of the corpus knows its boilerplate and its junk, and only \
            then is what the teacher knows better worth training on. Five documents of a hundred \
            train a small Llama with the teacher's tokenizer; they are told by the hash of their \
            text, and selections leave them out. A training that was killed goes on by the same \
            command, and ends with the same bytes.

            Examples:
              refinectl train-reference corpus/ --teacher teacher.gguf --output reference/
              refinectl train-reference corpus/ --teacher teacher.gguf --output reference/ \\
                --tokens 20000000 --hours 3
            """)

    @OptionGroup var files: DocumentOptions

    @Option(
        help: ArgumentHelp("The teacher: a .gguf file or Hugging Face folder.", valueName: "model"))
    var teacher: String

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var path: String

    @OptionGroup(title: "Slice and model") var training: TrainingOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var output: JSONOptions

    @Option(help: ArgumentHelp("The most tokens of a chunk.", valueName: "n"))
    var maxTokens = 1024

    /// Refuses what cannot be meant.
    func validate() throws {
        guard !path.isEmpty, path != "-" else {
            throw ValidationError("--output names a folder")
        }
        guard !EngineReference.isAddress(teacher) else {
            throw ValidationError(
                "the reference takes over the teacher's tokenizer: give a folder or .gguf file with "
                    + "it, not an engine's address")
        }
        guard PipelineConfiguration.maxTokensRange.contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 16 to 1000000")
        }
    }

    /// Trains and says what came of it.
    func run() async throws {
        let listing = try files.listing()
        let job = ReferenceJob(
            sources: listing.sources, fields: files.fields,
            teacher: ModelReference(
                path: teacher, context: modelOptions.context, pre: modelOptions.pre,
                ignoredConfig: modelOptions.fields.ignored),
            request: training.request(maxTokens: maxTokens), output: path,
            threads: threadOptions.count, isJSON: output.json)
        let watch = InterruptWatch { number in
            if job.isCancelled.isSet { StandardOutput.endBySignal(number) }
            job.isCancelled.set()
        }
        defer { watch.stop() }
        do {
            _ = try await NIOThreadPool.singleton.runIfActive { try job.run() }
        } catch is CancellationError {
            StandardOutput.writeError("\ninterrupted; the same command goes on\n")
            StandardOutput.endBySignal(SIGINT)
        }
    }
}
