/// What a proof's students are trained on: an arm.
public enum ProofArm: String, Codable, Sendable, CaseIterable {
    /// A random draw of everything that is scored and that the rule's filters leave.
    case random
    /// A random draw of the rule's candidates with the rule's domains and lengths.
    case matched
    /// What the rule keeps.
    case rule
    /// The random draw with a quarter of its chunks word-shuffled: what a proof must see as worse.
    case shuffled
    /// Drawn by lot in favour of a higher difference (Gumbel top-k).
    case sampled
    /// The lowest teacher loss: what a perplexity filter would keep.
    case likely
    /// What the rule's score ranks last.
    case worst
    /// What the selection keeps that ``ProofRequest/beside`` names.
    case beside

    /// The arms that need no score: they are trained first, and their spread says what can be seen.
    static let first: [ProofArm] = [.random, .matched]
    /// The rule and the control, which decide.
    static let deciding: [ProofArm] = [.rule, .shuffled]
    /// The arms that tell more.
    static let others: [ProofArm] = [.sampled, .likely, .worst]

    /// What it is, in words.
    public var words: String {
        switch self {
        case .random: "random"
        case .matched: "random, matched"
        case .rule: "the rule"
        case .shuffled: "a quarter shuffled"
        case .sampled: "sampled"
        case .likely: "lowest teacher loss"
        case .worst: "the worst"
        case .beside: "the selection beside"
        }
    }

    /// Whether each seed draws its own chunks.
    var drawsBySeed: Bool {
        switch self {
        case .random, .matched, .shuffled, .sampled: true
        case .rule, .likely, .worst, .beside: false
        }
    }

    /// What it chooses by: the rule of the selection with as many tokens as that keeps.
    ///
    /// Filters, guards and duplicates stay the rule's, but for the random draw of everything.
    ///
    /// - Parameters:
    ///   - selection: the selection that is judged.
    ///   - seed: the draw's seed.
    /// - Returns: The rule; nil for what a recorded selection keeps.
    func rule(like selection: SelectionSummary, seed: UInt64) -> SelectionRule? {
        var rule = selection.rule
        rule.size = .like(selection.name)
        (rule.mix, rule.sample, rule.baseline, rule.match) = (nil, nil, nil, [])
        switch self {
        case .rule, .beside: return nil
        case .random, .shuffled: rule.baseline = Baseline(seed: seed, from: .all)
        case .matched:
            rule.baseline = Baseline(seed: seed, from: .candidates)
            rule.match = [.domain, .length]
        case .sampled:
            (rule.score, rule.ascending) = (.column(.difference), false)
            rule.sample = Sample(temperature: 1, seed: seed)
        case .likely: (rule.score, rule.ascending) = (.column(.teacherLoss), true)
        case .worst: rule.ascending.toggle()
        }
        return rule
    }
}
