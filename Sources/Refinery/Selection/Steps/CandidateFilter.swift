/// Decides which scored items are candidates: the filters, then the guards, then duplicates.
///
/// Asked in order of chunk id; each item is counted at the first that removes it.
struct CandidateFilter {
    /// A filter whose quantiles are numbers now.
    struct Range {
        let column: Column
        let low: Double
        let high: Double
        /// As the user wrote it.
        let name: String
    }

    private let excludedDomains: Set<Int32>
    private let ranges: [Range]
    private let guards: Guards
    private let keepsDuplicates: Bool
    private let reader: ColumnReader
    private let contaminated: IDSet
    private let outranked: IDSet
    private var standing = IDSet()
    private var removed: [Removal]

    /// The steps, in order, with what each has removed so far; those that are off are missing.
    var removals: [Removal] { removed.filter { !$0.by.isEmpty } }

    /// Items that lack a number that was asked of them.
    private(set) var lacking: [Column: Int] = [:]

    private enum Step {
        static let domain = 0, firstRange = 1
    }

    /// The filter of a rule.
    ///
    /// `contaminated` holds the chunks of items that quote a benchmark, `outranked` the
    /// documents that a near duplicate outranks.
    init(
        _ rule: SelectionRule, excludedDomains: Set<Int32>, ranges: [Range],
        by reader: ColumnReader,
        contaminated: IDSet = IDSet(), outranked: IDSet = IDSet()
    ) {
        self.excludedDomains = excludedDomains
        self.ranges = ranges
        self.reader = reader
        self.contaminated = contaminated
        self.outranked = outranked
        let fromAll = rule.baseline?.from == .all
        guards = fromAll ? .none : rule.guards
        keepsDuplicates = fromAll || rule.keepDuplicates
        removed = [Removal(by: rule.excludedDomains.isEmpty ? "" : "exclude_domain")]
        removed += ranges.map { Removal(by: "where \($0.name)") }
        removed.append(Removal(by: guards.minTokens == nil ? "" : "short"))
        removed.append(Removal(by: guards.maxRepetition == nil ? "" : "repetition"))
        removed.append(Removal(by: guards.contamination.isEmpty ? "" : "contamination"))
        removed.append(Removal(by: guards.nearDuplicates == nil ? "" : "near_duplicates"))
        removed.append(Removal(by: keepsDuplicates ? "" : "duplicates"))
    }

    /// Whether the next item is a candidate.
    mutating func passes(_ item: ScoredItem) -> Bool {
        guard let step = firstToRemove(item) else { return true }
        removed[step].items += 1
        removed[step].tokens += Int(item.tokens)
        return false
    }

    private mutating func firstToRemove(_ item: ScoredItem) -> Int? {
        if excludedDomains.contains(item.domain) { return Step.domain }
        for (index, range) in ranges.enumerated() {
            let value = reader.value(range.column, of: item)
            if value.isNaN, !range.column.isImported {
                lacking[range.column, default: 0] += 1
            }
            if !(range.low <= value && value <= range.high) { return Step.firstRange + index }
        }
        let short = Step.firstRange + ranges.count
        if let least = guards.minTokens, Int(item.tokens) < least { return short }
        if let most = guards.maxRepetition {
            if item.repetition.isNaN { lacking[.repetition, default: 0] += 1 }
            if item.repetition > most { return short + 1 }
        }
        if contaminated.contains(item.chunk) { return short + 2 }
        if outranked.contains(item.document) { return short + 3 }
        if !keepsDuplicates, !standing.insert(item.original) { return short + 4 }
        return nil
    }
}
