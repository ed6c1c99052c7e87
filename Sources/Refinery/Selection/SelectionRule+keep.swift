extension SelectionRule {
    /// How many of the candidates, given best first, are kept.
    func keptCount(of ranked: [Candidate]) -> Int {
        switch size {
        case .topK(let n): return min(n, ranked.count)
        case .ratio(let ratio): return ratio.floorTimes(ranked.count)
        case .tokenBudget(let budget):
            var left = budget
            for (index, candidate) in ranked.enumerated() {
                left -= Int(candidate.tokens)
                if left < 0 { return index }
            }
            return ranked.count
        case .minScore(let least):
            return ranked.firstIndex { $0.score < least } ?? ranked.count
        }
    }
}
