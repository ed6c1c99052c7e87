/// Removes what repeats too many of its windows of eight tokens.
struct RepetitionStep: SelectionStep {
    static let name = StepName.repetition

    /// The largest share of repeated windows that passes.
    let most: Double
    private var lackingItems = 0

    /// A step with that limit.
    init(most: Double) {
        self.most = most
    }

    mutating func removes(_ item: ScoredItem) -> Bool {
        if item.repetition.isNaN { lackingItems += 1 }
        return item.repetition > most
    }

    func limits(of item: ScoredItem) -> StepLimits? {
        StepLimits(value: item.repetition, most: most)
    }

    var lacking: (column: Column, items: Int)? { (.repetition, lackingItems) }
}
