import ArgumentParser
import Refinery

/// Score files of other machines, in place of scoring here.
struct ScoreFileOptions: ParsableArguments {
    @Option(
        name: .customLong("scores"), parsing: .upToNextOption,
        help: ArgumentHelp(
            "Take the scores of these files, as score-shard writes them (.jsonl, .gz, .zst or .parquet), and score nothing; of --teacher and --reference the tokenizers alone are read.",
            valueName: "file"))
    var files: [String] = []

    /// Refuses what scoring alone needs.
    ///
    /// - Parameters:
    ///   - models: teacher and reference, where they are named.
    ///   - maxTokens: the most tokens of a chunk.
    ///   - share: the share that the teacher reads.
    /// - Throws: `ValidationError`.
    func validate(models: [String?], maxTokens: Int, share: DecimalFraction?) throws {
        guard share == nil else {
            throw ValidationError("--teacher-share says what to score, and --scores scores nothing")
        }
        guard maxTokens == Refine.defaultMaxTokens else {
            throw ValidationError("the score files say how long a chunk is: leave --max-tokens out")
        }
        guard !models.contains(where: { $0.map(EngineReference.isAddress) == true }) else {
            throw ValidationError(
                "with --scores no engine is asked: name the folder or file that has its tokenizer")
        }
    }
}
