import Foundation

/// Where a candidate stands: the key of the order that a rule asks for, higher first.
struct SelectionOrder {
    private enum Kind {
        case best
        case worst
        case gumbel(ScoreFunction.Moments, temperature: Double, sign: Double)
        case random
    }

    private let kind: Kind

    /// The order of a rule over its candidates.
    init(_ rule: SelectionRule, score: ScoreFunction, over candidates: CandidateSet) throws {
        if rule.baseline != nil {
            kind = .random
        } else if let sample = rule.sample {
            kind = .gumbel(
                try ScoreFunction.moments(of: candidates) { score($0) },
                temperature: sample.temperature, sign: rule.ascending ? -1 : 1)
        } else {
            kind = rule.ascending ? .worst : .best
        }
    }

    /// The key of an item with the given score.
    func key(_ score: Double, _ item: ScoredItem) -> Double {
        switch kind {
        case .best: score
        case .worst: -score
        case .random: -KeyedDraw.uniform(item.draw)
        case .gumbel(let moments, let temperature, let sign):
            sign * moments.z(score) / temperature - log(-log(KeyedDraw.uniform(item.draw)))
        }
    }

    /// What a rule draws by, nil for none.
    static func draws(_ rule: SelectionRule) -> KeyedDraw? {
        rule.sample.map { KeyedDraw(label: "refinery-gumbel-1", seed: $0.seed) }
            ?? rule.baseline.map { KeyedDraw(label: "refinery-random-1", seed: $0.seed) }
    }
}
