/// Where a selection ends, group by group, and how much lies so close to it that another machine
/// may decide otherwise.
struct Cuts {
    /// Scores of two machines differ by less than this.
    static let nearness = 1e-4

    private var last: [Int64: Double] = [:]
    private var dropped: Set<Int64> = []
    private let grouping: Grouping
    private let score: Double?

    /// Cuts at the last candidate kept of each group, or at `score`, where that decides.
    init(grouping: Grouping, score: Double?) {
        self.grouping = grouping
        self.score = score
    }

    /// Takes in the next candidate in rank.
    mutating func add(_ candidate: Candidate, isKept: Bool) {
        let group = grouping.group(candidate)
        if isKept {
            last[group] = candidate.key
        } else if !dropped.contains(group) {
            dropped.insert(group)
        }
    }

    /// Whether a candidate lies within ``nearness`` of its group's cut; none does where nothing
    /// of the group was dropped or kept.
    func isNear(_ candidate: Candidate) -> Bool {
        if let score { return abs(candidate.score - score) <= Self.nearness }
        let group = grouping.group(candidate)
        guard dropped.contains(group), let cut = last[group] else { return false }
        return abs(candidate.key - cut) <= Self.nearness
    }
}
