import ArgumentParser
import Refinery

/// What comes first: a score, or lots.
struct OrderOptions: ParsableArguments {
    /// The controls there are.
    enum Control: String, ExpressibleByArgument, CaseIterable {
        /// Drawn by lot.
        case random
    }

    @Option(
        help: ArgumentHelp(
            "A column, or a sum of z-scores such as difference:1,relative:0.5 (difference).",
            valueName: "score"), completion: NameCompletion.columns)
    var score: String?

    @Flag(help: "The lowest scores first.")
    var ascending = false

    @Flag(help: "Draw by lot, in favour of better scores (Gumbel top-k).")
    var sample = false

    @Option(
        help: ArgumentHelp(
            "How far a sample strays from the best, in standard deviations.", valueName: "t"))
    var temperature = 1.0

    @Option(help: ArgumentHelp("The seed of --sample or --baseline.", valueName: "s"))
    var seed: UInt64 = 0

    @Option(help: "A control to compare with: random.")
    var baseline: Control?

    @Option(help: "What --baseline draws from.")
    var from = Baseline.Source.candidates

    /// Refuses a score that cannot be read.
    func validate() throws {
        _ = try expression()
        guard from == .candidates || baseline != nil else {
            throw ValidationError("--from all needs --baseline")
        }
    }

    /// The score.
    func expression() throws -> ScoreExpression {
        try ValidationError.rethrow { try ScoreExpression(score ?? Column.difference.name) }
    }

    /// The sample, nil for none.
    var sampling: Sample? { sample ? Sample(temperature: temperature, seed: seed) : nil }

    /// The control, nil for none.
    var control: Baseline? { baseline.map { _ in Baseline(seed: seed, from: from) } }
}

extension Baseline.Source: ExpressibleByArgument {}
