import ArgumentParser
import TeacherInference

/// `refinectl inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a model is, or whether two models can be compared.",
        discussion: """
            Examples:
              refinectl inspect teacher.gguf
              refinectl inspect teacher.gguf reference/ --json

            With --json: an object for one model; for two {"models": [two objects], "pair": \
            {"same_tokenizer", "same_model", "per"}}.
            """)

    @Argument(
        help: ArgumentHelp("One or two .gguf files or Hugging Face folders.", valueName: "model"))
    var models: [String]

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var output: JSONOptions

    private struct Both: Encodable {
        var models: [InspectReport]
        var pair: PairReport
    }

    /// Refuses more than two models.
    func validate() throws {
        guard models.count <= 2 else { throw ValidationError("give one or two models") }
    }

    /// Loads and prints.
    func run() throws {
        let reports = try models.map {
            try InspectReport(LanguageModel(path: $0, options: modelOptions.options))
        }
        let pair = reports.count == 2 ? PairReport(reports[0], reports[1]) : nil
        if output.json {
            guard let pair else { return JSONOutput.print(reports) }
            StandardOutput.write(JSONOutput.line(Both(models: reports, pair: pair)))
        } else {
            StandardOutput.write(reports.map { $0.render() }.joined(separator: "\n"))
            if let pair { StandardOutput.write("\n" + pair.render()) }
        }
        if pair?.sameModel == true {
            StandardOutput.writeError(
                "warning: both are the same model: every difference is 0\n")
        }
    }
}
