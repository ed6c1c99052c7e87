/// Removes texts that an item before has, too: of equal texts the first one stays.
struct DuplicateStep: SelectionStep {
    static let name = StepName.duplicates

    /// The first chunks of the texts that have passed.
    private var seen = IDSet()

    mutating func removes(_ item: ScoredItem) -> Bool { !seen.insert(item.original) }
}
