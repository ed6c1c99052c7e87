/// How many candidates a rule keeps, decided while they pass best first.
struct KeptPrefix {
    /// Candidates kept so far.
    private(set) var count = 0
    /// Whether the next one may still be kept.
    private var isOpen = true
    private let limit: Limit

    private enum Limit {
        case count(Int)
        case tokens(Int)
        case score(Double)
    }

    private var tokens = 0

    /// The prefix that `size` keeps of so many candidates.
    init(_ size: SelectionRule.Size, candidates: Int) {
        limit =
            switch size {
            case .topK(let n): .count(n)
            case .ratio(let ratio): .count(ratio.floorTimes(candidates))
            case .tokenBudget(let budget): .tokens(budget)
            case .minScore(let least): .score(least)
            }
    }

    /// Whether the next candidate in rank is kept; after one that is not, none is.
    mutating func keeps(_ candidate: Candidate) -> Bool {
        guard isOpen else { return false }
        switch limit {
        case .count(let n): isOpen = count < n
        case .score(let least): isOpen = candidate.score >= least
        case .tokens(let budget):
            tokens += Int(candidate.tokens)
            isOpen = tokens <= budget
        }
        if isOpen { count += 1 }
        return isOpen
    }
}
