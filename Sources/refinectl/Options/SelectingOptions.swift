import ArgumentParser
import Refinery

/// SELECTING: which chunks are kept.
///
/// docs/selection.md says how.
struct SelectingOptions: ParsableArguments {
    @OptionGroup(title: "How much") var size: SizeOptions
    @OptionGroup(title: "Of what") var candidates: CandidateOptions
    @OptionGroup(title: "In which order") var order: OrderOptions

    /// Refuses a rule that contradicts itself.
    func validate() throws {
        // Each group has had its say on its own options already.
        _ = try ValidationError.rethrow { try rule(corpus: nil).validate() }
    }

    /// The rule for a corpus, nil for all of them, with the files that it names.
    func rule(corpus: String?, files: RuleFiles = RuleFiles()) throws -> SelectionRule {
        var rule = SelectionRule(
            size: try size.size(), corpus: corpus, guards: candidates.guards(files.benchmarks),
            keepDuplicates: candidates.keepDuplicates, partial: candidates.partial)
        rule.unit = size.unit
        rule.mix = try size.mixRule()
        rule.match = try size.matches()
        rule.excludedIDs = files.excludedIDs
        rule.keepSlice = candidates.keepSlice
        rule.excludedDomains = candidates.excludeDomain
        rule.ranges = try candidates.ranges()
        rule.score = try order.expression()
        rule.ascending = order.ascending
        rule.sample = order.sampling
        rule.baseline = order.control
        rule.trustsPrediction = candidates.anyway
        return rule
    }
}
