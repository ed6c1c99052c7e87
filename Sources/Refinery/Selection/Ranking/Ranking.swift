/// Applies a rule to its candidates: score, order, size.
///
/// Every step reads the items again from the table before it, so that memory stays bounded: a bit
/// an item, and for a mix 4 bytes a candidate.
struct Ranking {
    /// What the names in a rule stand for in the store.
    struct Names {
        /// The weight of each domain or category of the mix; nil: the candidates' tokens.
        var mix: [Int32: Int]?
        /// The tokens of each group of the selection that this one is like.
        var likeTokens: [Int64: Int] = [:]
        /// The name of a domain, or of a category of the mix's column, for messages.
        var name: (Int32) throws -> String = { "\($0)" }
    }

    /// What was kept, in rank.
    struct Kept: BitwiseCopyable {
        let chunk: Int64
        let document: Int64
        let score: Double
    }

    /// What came of a rule.
    struct Outcome {
        let candidates: Int
        let removals: [Removal]
        let kept: SpillTable<Kept>
        let tally: SelectionTally
        let nearCut: Int
    }

    private let rule: SelectionRule
    private let names: Names
    private let folder: String

    /// A ranking that sorts in a file in `folder` what memory should not hold.
    init(_ rule: SelectionRule, names: Names, folder: String) {
        self.rule = rule
        self.names = names
        self.folder = folder
    }

    /// Orders the candidates and keeps what the size allows.
    ///
    /// - Throws: ``RefineryError`` where a mix cannot be filled that must be.
    func keep(_ candidates: CandidateSet, removals: [Removal]) throws -> Outcome {
        let bins = try LengthBins(of: candidates)
        let runs = try runs(candidates, bins: bins)
        var keeper = try self.keeper(candidates, runs)
        var cuts = Cuts(grouping: keeper.grouping, score: minScore)
        var tally = SelectionTally(
            bins: bins, byCategory: rule.mix?.by != nil, folder: folder)
        let kept = SpillTable<Kept>(folder: folder)
        var ranked = try runs.ranked()
        while let candidate = try ranked.next() {
            let isKept = keeper.keeps(candidate)
            try tally.add(candidate, isKept: isKept)
            cuts.add(candidate, isKept: isKept)
            guard isKept else { continue }
            try kept.append(
                Kept(
                    chunk: candidate.chunk, document: candidate.document, score: candidate.score))
        }
        var nearCut = 0
        try runs.forEach { if cuts.isNear($0) { nearCut += 1 } }
        return Outcome(
            candidates: candidates.count, removals: removals, kept: kept, tally: tally,
            nearCut: nearCut)
    }

    /// The candidates with their scores, to be ranked by the rule's order.
    func runs(_ candidates: CandidateSet, bins: LengthBins) throws -> CandidateRuns {
        let score = try ScoreFunction(rule.score, over: candidates, bins: bins)
        let order = try SelectionOrder(rule, score: score, over: candidates)
        let runs = CandidateRuns(folder: folder)
        try candidates.forEach { item in
            let value = score(item)
            try runs.add(
                Candidate(
                    chunk: item.chunk, document: item.document, key: order.key(value, item),
                    score: value, tokens: item.tokens, domain: item.domain,
                    group: group(item, candidates.reader)))
        }
        return runs
    }

    /// What a mix shares the size out by.
    private func group(_ item: ScoredItem, _ reader: ColumnReader) -> Int32 {
        guard let column = rule.mix?.by else { return item.domain }
        let category = reader.value(column, of: item)
        return category.isNaN ? 0 : Int32(exactly: category) ?? 0
    }

    private var minScore: Double? {
        if case .minScore(let score) = rule.size { score } else { nil }
    }

    /// What decides how much is kept.
    private func keeper(_ candidates: CandidateSet, _ runs: CandidateRuns) throws -> SizeLimit {
        let size: (amount: Int, measure: Apportionment.Measure)
        switch rule.size {
        case .minScore(let score): return SizeLimit(score: score)
        case .topK(let n): size = (n, .count)
        case .ratio(let ratio): size = (ratio.floorTimes(candidates.count), .count)
        case .tokenBudget(let n): size = (n, .tokens)
        case .tokenRatio(let ratio): size = (ratio.floorTimes(candidates.tokens), .tokens)
        case .like: size = (names.likeTokens.values.reduce(0, +), .tokens)
        }
        guard rule.mix != nil || !rule.match.isEmpty else {
            return SizeLimit(size.amount, size.measure)
        }
        let grouping = Grouping(
            byDomain: rule.mix != nil || rule.match.contains(.domain),
            byLength: rule.match.contains(.length))
        var lengths: [Int64: [Int32]] = [:]
        var ranked = try runs.ranked()
        while let candidate = try ranked.next() {
            let group = grouping.group(candidate)
            lengths[group, default: []].append(candidate.tokens)
        }
        var apportionment =
            rule.mix == nil
            ? Apportionment(budgets: names.likeTokens, measure: .tokens)
            : Apportionment(size.amount, by: weights(lengths, grouping), measure: size.measure)
        apportionment.fill(
            from: lengths, spilling: rule.mix?.spill == true ? size.amount : nil)
        if rule.mix?.fillOrFail == true {
            try requireFilled(apportionment, slack: size.measure == .count ? 0 : candidates.longest)
        }
        return SizeLimit(apportionment, grouping: grouping)
    }

    private func weights(_ lengths: [Int64: [Int32]], _ grouping: Grouping) -> [Int64: Int] {
        guard let mix = names.mix else {
            return lengths.mapValues { $0.reduce(0) { $0 + Int($1) } }
        }
        return Dictionary(
            uniqueKeysWithValues: mix.map { (grouping.group(domain: $0, tokens: 1), $1) })
    }

    /// Refuses where a domain ends below its part by more than the longest candidate.
    private func requireFilled(_ apportionment: Apportionment, slack: Int) throws {
        let short = try apportionment.parts.filter { $1.taken < $1.budget - slack }
            .sorted { $0.key < $1.key }
            .map { group, part in
                "\(try names.name(Int32(truncatingIfNeeded: group >> 6))): \(part.taken) of \(part.budget)"
            }
        guard short.isEmpty else {
            throw RefineryError(
                .refused, "the mix cannot be filled: " + short.joined(separator: ", "),
                hint: "ask for less, change the weights, or leave --fill-or-fail out")
        }
    }
}
