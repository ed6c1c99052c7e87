/// Of documents whose texts are nearly the same, removes all but the one with the highest
/// difference.
struct NearDuplicateStep: SelectionStep {
    static let name = StepName.nearDuplicates

    /// The documents that another of their group outranks.
    private let documents: IDSet

    /// Compares the documents of which the steps before leave something.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    init(
        _ threshold: Double, over items: SpillTable<ScoredItem>, by reader: ColumnReader,
        after before: StepSequence, in snapshot: Snapshot, folder: String,
        told: SelectionProgress.Listener
    ) throws {
        var before = before
        var differences = DocumentDifferences()
        try items.forEach {
            differences.add($1, passes: before.passes($1), per: reader.unit)
        }
        let (ids, scores) = differences.finish()
        var texts = try TextReader(snapshot)
        var index = try NearDuplicates(threshold: threshold, folder: folder)
        for (place, id) in ids.enumerated() {
            try index.add(try texts.text(of: id))
            SelectionProgress.tell(told, .signatures, place + 1, of: ids.count)
        }
        var outranked = IDSet()
        let places = try index.outranked(
            scores: scores, text: { try texts.text(of: ids[$0]) }, told: told)
        for place in places {
            outranked.insert(ids[place])
        }
        documents = outranked
    }

    func removes(_ item: ScoredItem) -> Bool { documents.contains(item.document) }
}

/// The documents of which something passed the steps before, with the difference of each whole
/// document, expected where it is not known: Σ(reference's NLL − teacher's) over everything of it that is scored, divided by its
/// tokens or bytes.
///
/// Items come in order of chunk id, so that those of a document follow each other.
private struct DocumentDifferences {
    private var ids: [Int64] = []
    private var differences: [Double] = []
    private var document: Int64 = 0
    private var passes = false
    private var sum = 0.0
    private var count = 0.0

    /// Counts the next item.
    mutating func add(_ item: ScoredItem, passes: Bool, per unit: ScoreUnit) {
        if item.document != document {
            end()
            document = item.document
        }
        self.passes = self.passes || passes
        sum += item.gain
        count += item.count(of: unit)
    }

    /// The documents in order, and the difference of each.
    mutating func finish() -> (ids: [Int64], differences: [Double]) {
        end()
        return (ids, differences)
    }

    private mutating func end() {
        if passes {
            ids.append(document)
            differences.append(count > 0 ? sum / count : 0)
        }
        (passes, sum, count) = (false, 0, 0)
    }
}
