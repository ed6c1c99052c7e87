/// Gathers what a report shows of the candidates, while they pass in order, twice.
struct ReportBuilder {
    /// Examples of each part of the order.
    static let examples = 20
    /// Points of the scatter at most.
    static let points = 2000
    private static let bins = 60

    /// A candidate to show, and its place in the order, from 1.
    struct Place {
        let candidate: Candidate
        let rank: Int
        let isKept: Bool
    }

    private var count = 0
    private var lastKept = 0
    private var scores: [Double] = []

    /// What was found in the second pass, by part of the order.
    private(set) var places: [(name: String, places: [Place])] = [
        ("best", []), ("cut", []), ("worst", []), ("alone", []), ("other", []),
    ]
    private(set) var histogram = ReportData.ScoreHistogram(lower: 0, upper: 1, bins: bins)

    /// Counts a candidate of the first pass.
    mutating func count(_ candidate: Candidate, isKept: Bool) {
        count += 1
        if isKept { lastKept = count }
        scores.append(candidate.score)
    }

    /// Ends the first pass: the histogram spans all but the outermost half percent at each end.
    mutating func endCounting() {
        scores.sort()
        guard let least = scores.first, let greatest = scores.last else { return }
        let edge = scores.count / 200
        let (low, high) = (scores[edge], scores[scores.count - 1 - edge])
        let (lower, upper) = low < high ? (low, high) : (least - 0.5, greatest + 0.5)
        histogram = ReportData.ScoreHistogram(lower: lower, upper: upper, bins: Self.bins)
        scores = []
    }

    /// Takes a candidate of the second pass.
    ///
    /// - Parameters:
    ///   - candidate: the candidate.
    ///   - rank: its place in the order, from 1.
    ///   - isKept: whether the selection keeps it.
    ///   - isKeptByOther: whether the selection beside it does; nil where there is none.
    mutating func take(
        _ candidate: Candidate, rank: Int, isKept: Bool, isKeptByOther: Bool? = nil
    ) {
        histogram.add(candidate.score, isKept: isKept)
        let half = Self.examples / 2
        let parts = [
            1...Self.examples, max(1, lastKept - half + 1)...max(1, lastKept + half),
            max(1, count - Self.examples + 1)...max(1, count),
        ]
        for (part, ranks) in parts.enumerated() where ranks.contains(rank) {
            places[part].places.append(Place(candidate: candidate, rank: rank, isKept: isKept))
        }
        guard let isKeptByOther, isKept != isKeptByOther else { return }
        let part = isKept ? 3 : 4
        guard places[part].places.count < half else { return }
        places[part].places.append(Place(candidate: candidate, rank: rank, isKept: isKept))
    }
}
