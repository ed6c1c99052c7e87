import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl bench`.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast this machine scores with a model, and where the time goes.",
        discussion: """
            Scores pseudo-random tokens and compares with the machine's peak of fused \
            multiply-adds, measured in the same run on as many threads. Floating-point operations \
            are counted as two a weight and token, and causal attention's. Of an engine the rate \
            of its answers is measured, and the processor time that asking takes here.

            Examples:
              refinectl bench teacher.gguf
              refinectl bench teacher.gguf --length 2048 --threads 1 --json
              refinectl bench vllm+http://gpu7:8000/Qwen/Qwen2.5-7B --tokenizer Qwen2.5-7B/ \\
                --tokens 1000000 --tokens-in-flight 32768
            """)

    @Argument(help: "A .gguf file, a Hugging Face folder, or an engine's address.")
    var model: String

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Option(
        help: ArgumentHelp(
            "Tokens to score in all, at least (default: 16384; of an engine what it scores in 10 s).",
            valueName: "n"))
    var tokens: Int?

    @Option(
        help: ArgumentHelp("Tokens of one sequence (default: 512, or the context).", valueName: "n")
    )
    var length: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens of one thread's batch (default: \(TextScorer.batchTokens)).", valueName: "n"))
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens in flight at an engine (default: 16384).", valueName: "n"))
    var tokensInFlight: Int?

    @OptionGroup var output: JSONOptions

    /// Refuses numbers that make no sense.
    func validate() throws {
        if let tokens, !(1...1_000_000_000).contains(tokens) {
            throw ValidationError("--tokens must be from 1 to 1000000000")
        }
        if let batch, !(16...1_000_000).contains(batch) {
            throw ValidationError("--batch must be from 16 to 1000000")
        }
        if let length, !(2...1_000_000).contains(length) {
            throw ValidationError("--length must be from 2 to 1000000")
        }
        try engine.flags.validate(model, prefix: "--")
        guard EngineReference.isAddress(model) else {
            guard tokensInFlight == nil else {
                throw ValidationError("--tokens-in-flight goes with an engine's address")
            }
            return
        }
        try EngineFlags.refuse(
            (batch == nil ? [] : ["--batch"]) + threadOptions.given + modelOptions.fields.given,
            where: [model])
        let range = EngineReference.tokensInFlightRange
        if let tokensInFlight, !range.contains(tokensInFlight) {
            throw ValidationError(
                "--tokens-in-flight must be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Loads, measures, prints.
    func run() throws {
        guard EngineReference.isAddress(model) else { return try runNative() }
        var reference = try engine.flags.reference(model, modelOptions.options)
        reference.engine?.tokensInFlight = tokensInFlight ?? EngineReference.usualTokensInFlight
        let model = try ServedModel(
            reference, LoadRequest(logger: WarningLog.logger(ProgressReporter())))
        let benchmark = ServedBenchmark(model: model, length: try length(model))
        let tokens = tokens
        let report = ServedBenchReport(
            benchmark,
            tokensInFlight: tokensInFlight ?? EngineReference.usualTokensInFlight,
            try benchmark.run { seconds, scored in
                tokens.map { scored >= $0 } ?? (seconds >= ServedBenchmark.usualSeconds)
            })
        if output.json {
            JSONOutput.print([report])
        } else {
            StandardOutput.write(report.render())
        }
    }

    private func runNative() throws {
        let model = try LanguageModel(path: model, options: modelOptions.options)
        let length = try length(model)
        let benchmark = Benchmark(
            model: model, threads: threadOptions.count,
            batchTokens: max(batch ?? TextScorer.batchTokens, length),
            length: length, tokens: tokens ?? 16_384)
        let report = BenchReport(benchmark, try benchmark.run())
        if output.json {
            JSONOutput.print([report])
        } else {
            StandardOutput.write(report.render())
        }
    }

    /// Tokens of a sequence.
    private func length(_ model: any ScoringModel) throws -> Int {
        let length = self.length ?? min(512, model.maxContext)
        guard length <= model.maxContext else {
            throw Failure.usage(
                "--length \(length) does not fit the model's context",
                hint: "the most is \(model.maxContext)")
        }
        return length
    }
}
