/// Removes what has too few tokens.
struct LengthStep: SelectionStep {
    static let name = StepName.length

    /// The fewest tokens that pass.
    let least: Int

    func removes(_ item: ScoredItem) -> Bool { Int(item.tokens) < least }

    func limits(of item: ScoredItem) -> StepLimits? {
        StepLimits(value: Double(item.tokens), least: Double(least))
    }
}
