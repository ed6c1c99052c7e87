/// The documents of which something passed filters and guards, with the difference of each whole
/// document: Σ(reference's NLL − teacher's) over everything of it that is scored, divided by its
/// tokens or bytes.
///
/// Items come in order of chunk id, so that those of a document follow each other.
struct StandingDocuments {
    private var ids: [Int64] = []
    private var differences: [Double] = []
    private var document: Int64 = 0
    private var isStanding = false
    private var sum = 0.0
    private var count = 0.0

    /// Counts the next item.
    mutating func add(_ item: ScoredItem, isStanding: Bool, per unit: ScoreUnit) {
        if item.document != document {
            end()
            document = item.document
        }
        self.isStanding = self.isStanding || isStanding
        sum += item.referenceNLL - item.teacherNLL
        count += item.count(of: unit)
    }

    /// The documents in order, and the difference of each.
    mutating func finish() -> (ids: [Int64], differences: [Double]) {
        end()
        return (ids, differences)
    }

    private mutating func end() {
        if isStanding {
            ids.append(document)
            differences.append(count > 0 ? sum / count : 0)
        }
        (isStanding, sum, count) = (false, 0, 0)
    }
}
