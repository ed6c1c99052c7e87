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
            """)

    @Argument(help: "A .gguf file or a Hugging Face folder.")
    var model: String

    @OptionGroup var texts: TextOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Flag(help: "Add token_ids (all of them) and token_nll (one a scored token).")
    var perToken = false

    @Option(
        help: ArgumentHelp(
            "Score texts of more than N tokens in disjoint windows of N.", valueName: "n"))
    var window: Int?

    /// Refuses windows in which nothing could be scored.
    func validate() throws {
        if let window, window < 2 { throw ValidationError("--window must be at least 2") }
    }

    /// Reads, scores on every thread, prints.
    func run() throws {
        let reader = try texts.open()
        let model = try LanguageModel(path: model, options: modelOptions.options)
        let room = model.maxContext - (model.contextToken == nil ? 0 : 1)
        if let window, window > room {
            throw Failure.usage(
                "--window \(window) does not fit the model's context",
                hint: "the most is \(room)")
        }
        let options = ScoreLine.Options(perToken: perToken, window: window)
        try TextStream.run(reader, threads: threadOptions.count, verb: "scoring") { turn in
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
