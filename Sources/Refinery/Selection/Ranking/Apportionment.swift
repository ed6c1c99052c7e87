/// How a size is shared out among groups of candidates, and how much of each its part keeps.
struct Apportionment {
    /// What a size counts.
    enum Measure {
        /// Candidates.
        case count
        /// Their tokens.
        case tokens
    }

    /// One group's part.
    struct Part {
        /// In proportion to which the size is shared.
        let weight: Int
        /// What the group may take.
        let budget: Int
        /// Candidates that it keeps: so many of its first.
        fileprivate(set) var count = 0
        /// What it has taken.
        fileprivate(set) var taken = 0
    }

    /// The parts by group.
    private(set) var parts: [Int64: Part] = [:]
    private let measure: Measure

    /// ⌊total · weight / Σ weights⌋ for each group; the weights are not all 0.
    init(_ total: Int, by weights: [Int64: Int], measure: Measure) {
        self.measure = measure
        let sum = weights.values.reduce(0, +)
        for (group, weight) in weights {
            parts[group] = Part(weight: weight, budget: Self.share(of: total, weight, of: sum))
        }
    }

    /// The budgets given.
    init(budgets: [Int64: Int], measure: Measure) {
        self.measure = measure
        parts = budgets.mapValues { Part(weight: $0, budget: $0) }
    }

    /// Lets each group take its longest prefix within its budget.
    ///
    /// - Parameters:
    ///   - lengths: The tokens of each group's candidates, best first.
    ///   - total: Where given, what is left over of it is offered again, in proportion to the
    ///     weights of the groups that have candidates left, until a round keeps nothing.
    mutating func fill(from lengths: [Int64: [Int32]], spilling total: Int? = nil) {
        for (group, part) in parts {
            parts[group]?.take(lengths[group] ?? [], measure, upTo: part.budget)
        }
        guard let total else { return }
        var isDone = false
        while !isDone {
            let left = total - parts.values.reduce(0) { $0 + $1.taken }
            let open = parts.filter { $1.count < lengths[$0]?.count ?? 0 }
            let weights = open.values.reduce(0) { $0 + $1.weight }
            guard weights > 0 else { return }
            isDone = true
            for (group, part) in open {
                let limit = part.taken + Self.share(of: left, part.weight, of: weights)
                parts[group]?.take(lengths[group] ?? [], measure, upTo: limit)
                if parts[group]?.count ?? 0 > part.count { isDone = false }
            }
        }
    }

    /// ⌊total · weight / sum⌋, exactly.
    private static func share(of total: Int, _ weight: Int, of sum: Int) -> Int {
        guard sum > 0 else { return 0 }
        precondition(total >= 0 && weight >= 0 && weight <= sum)
        let product = UInt(total).multipliedFullWidth(by: UInt(weight))
        return Int(UInt(sum).dividingFullWidth(product).quotient)
    }
}

extension Apportionment.Part {
    fileprivate mutating func take(
        _ lengths: [Int32], _ measure: Apportionment.Measure, upTo limit: Int
    ) {
        while count < lengths.count {
            let next = measure == .count ? 1 : Int(lengths[count])
            guard taken + next <= limit else { return }
            taken += next
            count += 1
        }
    }
}
