import ArgumentParser
import Foundation
import TeacherInference

/// `refinectl bench`.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast this machine scores with a model, and where the time goes.",
        discussion: """
            Scores pseudo-random tokens and compares with the machine's peak of fused \
            multiply-adds, measured in the same run on as many threads. Floating-point operations \
            are counted as two a weight and token, and causal attention's.

            Examples:
              refinectl bench teacher.gguf
              refinectl bench teacher.gguf --length 2048 --threads 1 --json
            """)

    @Argument(help: "A .gguf file or a Hugging Face folder.")
    var model: String

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Option(help: ArgumentHelp("Tokens to score in all, at least.", valueName: "n"))
    var tokens = 16_384

    @Option(
        help: ArgumentHelp("Tokens of one sequence (default: 512, or the context).", valueName: "n")
    )
    var length: Int?

    @Option(help: ArgumentHelp("Tokens of one thread's batch.", valueName: "n"))
    var batch = TextScorer.batchTokens

    @OptionGroup var output: JSONOptions

    /// Refuses numbers that make no sense.
    func validate() throws {
        guard (1...1_000_000_000).contains(tokens) else {
            throw ValidationError("--tokens must be from 1 to 1000000000")
        }
        guard (16...1_000_000).contains(batch) else {
            throw ValidationError("--batch must be from 16 to 1000000")
        }
        if let length, !(2...1_000_000).contains(length) {
            throw ValidationError("--length must be from 2 to 1000000")
        }
    }

    /// Loads, measures, prints.
    func run() throws {
        let model = try LanguageModel(path: model, options: modelOptions.options)
        let length = self.length ?? min(512, model.maxContext)
        guard length <= model.maxContext else {
            throw Failure.usage(
                "--length \(length) does not fit the model's context",
                hint: "the most is \(model.maxContext)")
        }
        let benchmark = Benchmark(
            model: model, threads: threadOptions.count, batchTokens: max(batch, length),
            length: length, tokens: tokens)
        let report = BenchReport(benchmark, try benchmark.run())
        if output.json {
            JSONOutput.print([report])
        } else {
            StandardOutput.write(report.render())
        }
    }
}
