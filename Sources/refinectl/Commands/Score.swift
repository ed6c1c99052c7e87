import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl score`.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score texts with one model: JSONL in, JSONL out, in the same order.",
        discussion: """
            A line in is {"id": …, "text": …}; a line out {"id": …, "tokens": scored tokens, \
            "bytes": UTF-8 bytes that they cover, "nll": Σ −ln p in nats}. A text longer than the \
            context becomes {"id": …, "error": …}, and the exit code 1.

            Examples:
              refinectl score model.gguf texts.jsonl > scores.jsonl
              refinectl score model/ - --per-token --context '<|endoftext|>' < texts.jsonl
              refinectl score model.gguf book.txt --window 1024
              refinectl score vllm+http://gpu7:8000/Qwen/Qwen2.5-7B texts.jsonl \\
                --tokenizer Qwen2.5-7B/
            """)

    @Argument(help: "A .gguf file, a Hugging Face folder, or an engine's address.")
    var model: String

    @OptionGroup var texts: TextOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var engine: EngineOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Flag(help: "Add token_ids (all of them) and token_nll (one a scored token).")
    var perToken = false

    @Option(
        help: ArgumentHelp(
            "Score texts of more than N tokens in disjoint windows of N.", valueName: "n"))
    var window: Int?

    /// Refuses windows in which nothing could be scored, and an engine's options without one.
    func validate() throws {
        try engine.flags.validate(model, prefix: "--")
        try EngineFlags.refuse(
            modelOptions.fields.given + threadOptions.given, where: [model])
        if let window, window < 2 { throw ValidationError("--window must be at least 2") }
    }

    /// Reads, scores on every thread, prints.
    func run() throws {
        let reader = try texts.open()
        let model = try engine.flags.reference(model, modelOptions.options)
            .load(LoadRequest(logger: WarningLog.logger(ProgressReporter())))
        if let window, window > model.roomForText {
            throw Failure.usage(
                "--window \(window) does not fit the model's context",
                hint: "the most is \(model.roomForText)")
        }
        let options = ScoreLine.Options(perToken: perToken, window: window)
        // An engine has work from several threads at once, which wait for it.
        let threads = model.remoteWorkers.map { 4 * $0.threads } ?? threadOptions.count
        try TextStream.run(reader, threads: threads, verb: "scoring") { turn in
            var scorer = TextScorer(model: model, options: options)
            while let (place, group) = try turn.next() {
                var result = try scorer.lines(group.texts)
                result.bad = group.bad
                try turn.finish(place, result)
            }
        }
        try model.checkWeightFiles()
    }
}
