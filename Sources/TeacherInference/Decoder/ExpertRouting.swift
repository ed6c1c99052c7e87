import Foundation

/// Which experts compute which tokens, and with what weight: the softmax of the router's logits,
/// and of it the greatest few.
///
/// Of experts with the same probability the first is taken first. Nothing but a token's own logits
/// decides, so its experts do not depend on its company.
struct ExpertRouting {
    private let experts: ModelConfiguration.Experts
    /// Tokens by expert: those of expert e are at ``places``[e].
    private(set) var rows: [Int32] = []
    /// The weight of each entry of ``rows``.
    private(set) var weights: [Float] = []
    /// Where each expert's entries lie.
    private(set) var places: [Range<Int>] = []

    /// A token's expert.
    private struct Choice {
        var expert: Int
        var weight: Float
    }

    /// Routing to `experts`.
    init(_ experts: ModelConfiguration.Experts) { self.experts = experts }

    /// Routes `count` tokens with the logits [count, E].
    ///
    /// A token whose logits are no numbers gets weights that are none, so that its score says so.
    mutating func route(_ logits: UnsafePointer<Float>, count: Int) {
        var choices: [Choice] = []
        choices.reserveCapacity(count * experts.used)
        var counts = [Int](repeating: 0, count: experts.count)
        for row in 0..<count {
            // SAFETY: the caller gives `count` rows of as many logits as there are experts.
            let row = UnsafeBufferPointer(
                start: logits + row * experts.count, count: experts.count)
            for choice in choose(row) {
                choices.append(choice)
                counts[choice.expert] += 1
            }
        }
        var next = 0
        places = counts.map { count in
            defer { next += count }
            return next..<next + count
        }
        rows = [Int32](repeating: 0, count: choices.count)
        weights = [Float](repeating: 0, count: choices.count)
        var ends = places.map(\.lowerBound)
        for (index, choice) in choices.enumerated() {
            let place = ends[choice.expert]
            ends[choice.expert] += 1
            rows[place] = Int32(index / experts.used)
            weights[place] = choice.weight
        }
    }

    /// A token's experts, the most probable first, with Float32 weights as in transformers.
    private func choose(_ logits: UnsafeBufferPointer<Float>) -> [Choice] {
        let top = logits.max() ?? 0
        let powers = logits.map { exp(Double($0 - top)) }
        let total = powers.reduce(0, +)
        var left = powers.map { Float($0 / total) }
        var chosen: [Choice] = []
        for _ in 0..<experts.used {
            var best = left.firstIndex { $0 != Self.taken } ?? 0
            for (index, value) in left.enumerated() where value > left[best] { best = index }
            chosen.append(Choice(expert: best, weight: left[best]))
            left[best] = Self.taken
        }
        guard experts.normalizes else { return chosen }
        let sum = chosen.reduce(Float(0)) { $0 + $1.weight }
        return chosen.map { Choice(expert: $0.expert, weight: $0.weight / sum) }
    }

    /// Below every probability.
    private static let taken: Float = -1
}
