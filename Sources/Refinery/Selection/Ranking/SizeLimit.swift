/// Decides what is kept, while the candidates pass best first.
struct SizeLimit {
    private enum Limit {
        case score(Double)
        case count(Int)
        case tokens(Int)
        case groups([Int64: Int])
    }

    /// The groups that are limited each by itself; all candidates are one group without.
    let grouping: Grouping
    private var limit: Limit

    /// Keeps every candidate whose score is at least `score`.
    init(score: Double) {
        grouping = Grouping(byDomain: false, byLength: false)
        limit = .score(score)
    }

    /// Keeps the first `count`, or the longest prefix of so many tokens.
    init(_ size: Int, _ measure: Apportionment.Measure) {
        grouping = Grouping(byDomain: false, byLength: false)
        limit = measure == .count ? .count(size) : .tokens(size)
    }

    /// Keeps the first of each group, as many as were apportioned to it.
    init(_ apportionment: Apportionment, grouping: Grouping) {
        self.grouping = grouping
        limit = .groups(apportionment.parts.mapValues(\.count))
    }

    /// Whether the next candidate in rank is kept.
    mutating func keeps(_ candidate: Candidate) -> Bool {
        switch limit {
        case .score(let least): return candidate.score >= least
        case .count(let left):
            limit = .count(max(0, left - 1))
            return left > 0
        case .tokens(let left):
            // The first that does not fit ends it.
            let rest = left - Int(candidate.tokens)
            limit = .tokens(rest < 0 ? -1 : rest)
            return rest >= 0
        case .groups(var left):
            let group = grouping.group(candidate)
            guard let count = left[group], count > 0 else { return false }
            // Taken out first, so that the dictionary is changed in place.
            limit = .count(0)
            left[group] = count - 1
            limit = .groups(left)
            return true
        }
    }
}
