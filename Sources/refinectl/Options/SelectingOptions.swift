import ArgumentParser
import Refinery

/// SELECTING: which chunks are kept.
struct SelectingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Keep the N best chunks.", valueName: "n"))
    var topK: Int?

    @Option(
        help: ArgumentHelp(
            "Keep this share of the chunks, a decimal number above 0 and up to 1.",
            valueName: "r"))
    var ratio: String?

    @Option(
        help: ArgumentHelp(
            "Keep the best chunks until the next would take the sum of tokens over N.",
            valueName: "n"))
    var tokenBudget: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Keep every chunk with at least this difference.", valueName: "s"))
    var minScore: Double?

    @Flag(help: "Keep exact duplicates at each of their places.")
    var keepDuplicates = false

    @Flag(help: "Turn the guards off.")
    var noGuards = false

    /// Refuses anything but exactly one rule with a number that makes sense.
    func validate() throws {
        _ = try size()
    }

    private func size() throws -> SelectionRule.Size {
        var sizes: [SelectionRule.Size] = []
        if let topK {
            guard topK > 0 else { throw ValidationError("--top-k must be at least 1") }
            sizes.append(.topK(topK))
        }
        if let ratio {
            guard let fraction = try? DecimalFraction(ratio), fraction.description != "0" else {
                throw ValidationError(
                    "--ratio must be a decimal number above 0 and up to 1, not '\(ratio)'")
            }
            sizes.append(.ratio(fraction))
        }
        if let tokenBudget {
            guard tokenBudget > 0 else {
                throw ValidationError("--token-budget must be at least 1")
            }
            sizes.append(.tokenBudget(tokenBudget))
        }
        if let minScore {
            guard minScore.isFinite else {
                throw ValidationError("--min-score must be a finite number")
            }
            sizes.append(.minScore(minScore))
        }
        guard sizes.count == 1, let size = sizes.first else {
            throw ValidationError(
                (sizes.isEmpty ? "say what to keep" : "more than one rule")
                    + ": give exactly one of --top-k, --ratio, --token-budget, --min-score")
        }
        return size
    }

    /// The rule for a corpus; nil for all of them.
    func rule(corpus: String?) throws -> SelectionRule {
        SelectionRule(
            size: try size(), corpus: corpus, keepDuplicates: keepDuplicates, noGuards: noGuards)
    }
}
