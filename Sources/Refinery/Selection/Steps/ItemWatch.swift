/// Learns what a rule's filters, guards and duplicates make of one item, while all of them pass.
final class ItemWatch {
    /// The item, once it has passed by.
    private(set) var item: ScoredItem?
    /// The name of the step that removed it; nil where it is a candidate.
    private(set) var removedBy: String?

    private let isWatched: (ScoredItem) -> Bool

    /// A watch for the item of which that is true.
    init(_ isWatched: @escaping (ScoredItem) -> Bool) {
        self.isWatched = isWatched
    }

    /// Asks the filter for the next item, as ``CandidateFilter/passes(_:)``.
    func passes(_ item: ScoredItem, _ filter: inout CandidateFilter) -> Bool {
        guard isWatched(item) else { return filter.passes(item) }
        let before = filter.removals
        let passes = filter.passes(item)
        self.item = item
        // The step that removes an item counts it, and no other step does.
        removedBy = zip(before, filter.removals).first { $0 != $1 }?.1.by
        return passes
    }
}
