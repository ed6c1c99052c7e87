/// Removes what quotes a benchmark's question.
struct ContaminationStep: SelectionStep {
    static let name = StepName.contamination

    /// The items that hold any of a quotation, by their chunk.
    private let chunks: IDSet

    /// Looks for quotations in what the steps before leave.
    ///
    /// Documents are searched whole: a cut may go through a question.
    ///
    /// - Throws: ``RefineryError`` where the store does not hold a benchmark.
    init(
        _ benchmarks: [BenchmarkFile], unit: ItemUnit, over items: SpillTable<ScoredItem>,
        after before: StepSequence, in snapshot: Snapshot,
        told: SelectionProgress.Listener
    ) throws {
        let contamination = Contamination(try benchmarks.map(RuleNames(snapshot).windows))
        var before = before
        var texts = try TextReader(snapshot)
        var found = IDSet()
        var document: Int64?
        var quotations: [Range<Int>] = []
        try items.forEach { place, item in
            SelectionProgress.tell(told, .contamination, place + 1, of: items.count)
            guard before.passes(item) else { return }
            if item.document != document {
                document = item.document
                quotations = contamination.quotations(in: try texts.text(of: item.document))
            }
            guard !quotations.isEmpty else { return }
            if unit == .chunk {
                let range = try snapshot.range(ofChunk: item.chunk)
                guard quotations.contains(where: range.overlaps) else { return }
            }
            found.insert(item.chunk)
        }
        chunks = found
    }

    func removes(_ item: ScoredItem) -> Bool { chunks.contains(item.chunk) }
}
