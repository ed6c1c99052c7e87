import ArgumentParser
import Refinery

/// How much is kept, and what of each domain.
struct SizeOptions: ParsableArguments {
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
        help: ArgumentHelp(
            "A token budget of this share of the candidates' tokens.", valueName: "r"))
    var tokenRatio: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Keep every chunk with at least this score.", valueName: "s"))
    var minScore: Double?

    @Option(
        help: ArgumentHelp(
            "A token budget of what this selection keeps.", valueName: "selection"),
        completion: NameCompletion.selections)
    var like: String?

    @Option(help: "What is kept or left as one.")
    var unit = ItemUnit.chunk

    @Option(
        help: ArgumentHelp(
            "Share the size out among domains or, with --mix-by, categories, such as code=0.3,web=0.7.",
            valueName: "mix"))
    var mix: String?

    @Option(
        help: ArgumentHelp(
            "Share the size out among the categories of this imported column instead of domains.",
            valueName: "column"), completion: NameCompletion.columns)
    var mixBy: String?

    @Flag(help: "Share the size out as the candidates' tokens are.")
    var keepProportions = false

    @Flag(help: "Offer what a domain leaves over to the others.")
    var spill = false

    @Flag(help: "Fail where a domain cannot fill its part.")
    var fillOrFail = false

    @Option(
        help: ArgumentHelp(
            "Equal the selection of --like in: domain, length, or both with a comma.",
            valueName: "what"))
    var match: String?

    /// Refuses anything but exactly one size, and parts without a whole.
    func validate() throws {
        _ = try size()
        _ = try mixRule()
        _ = try matches()
    }

    /// The size.
    func size() throws -> SelectionRule.Size {
        var sizes: [SelectionRule.Size] = []
        if let topK {
            guard topK > 0 else { throw ValidationError("--top-k must be at least 1") }
            sizes.append(.topK(topK))
        }
        if let ratio { sizes.append(.ratio(try fraction("--ratio", ratio))) }
        if let tokenBudget {
            guard tokenBudget > 0 else {
                throw ValidationError("--token-budget must be at least 1")
            }
            sizes.append(.tokenBudget(tokenBudget))
        }
        if let tokenRatio { sizes.append(.tokenRatio(try fraction("--token-ratio", tokenRatio))) }
        if let minScore {
            guard minScore.isFinite else {
                throw ValidationError("--min-score must be a finite number")
            }
            sizes.append(.minScore(minScore))
        }
        if let like { sizes.append(.like(like)) }
        guard sizes.count == 1, let size = sizes.first else {
            throw ValidationError(
                (sizes.isEmpty ? "say what to keep" : "more than one size")
                    + ": give exactly one of --top-k, --ratio, --token-budget, --token-ratio, "
                    + "--min-score, --like")
        }
        return size
    }

    /// The mix, nil for none.
    func mixRule() throws -> Mix? {
        guard mix != nil || keepProportions else {
            guard !spill, !fillOrFail else {
                throw ValidationError(
                    "--spill and --fill-or-fail need --mix or --keep-proportions")
            }
            guard mixBy == nil else {
                throw ValidationError("--mix-by needs --mix or --keep-proportions")
            }
            return nil
        }
        guard mix == nil || !keepProportions else {
            throw ValidationError("--mix and --keep-proportions contradict each other")
        }
        return try ValidationError.rethrow {
            Mix(
                try mix.map(Mix.parts), by: try mixBy.map { try Column(named: $0) }, spill: spill,
                fillOrFail: fillOrFail)
        }
    }

    /// In what the selection equals that of `--like`.
    func matches() throws -> [SelectionRule.Match] {
        try (match ?? "").split(separator: ",").map { name in
            guard let match = SelectionRule.Match(rawValue: String(name)) else {
                throw ValidationError("--match takes domain, length or domain,length")
            }
            return match
        }
    }

    private func fraction(_ option: String, _ text: String) throws -> DecimalFraction {
        guard let fraction = try? DecimalFraction(text), fraction.description != "0" else {
            throw ValidationError(
                "\(option) must be a decimal number above 0 and up to 1, not '\(text)'")
        }
        return fraction
    }
}

extension ItemUnit: ExpressibleByArgument {}
