/// Gathers what a report shows of the candidates, while they pass in order, twice.
struct ReportBuilder {
    /// Examples of each part of the order.
    static let examples = 20
    /// Points of the scatter at most.
    static let points = 2000
    /// Of so many candidates the histogram leaves out one at each end.
    static let tail = 200
    private static let bins = 60

    private var count = 0
    private var lastKept = 0
    private var scores: [Double] = []

    private var best = ExampleList(.first, most: examples)
    private var lastBeforeCut = ExampleList(.last, most: examples / 2)
    private var firstBehindCut = ExampleList(.first, most: examples / 2)
    private var worst = ExampleList(.last, most: examples)
    private var alone = ExampleList(.first, most: examples / 2)
    private var other = ExampleList(.first, most: examples / 2)

    private(set) var histogram = ReportData.ScoreHistogram(lower: 0, upper: 1, bins: bins)

    /// What was found in the second pass, by part of the order.
    var places: [(name: String, places: [ExampleList.Place])] {
        [
            ("best", best.places), ("cut", lastBeforeCut.places + firstBehindCut.places),
            ("worst", worst.places), ("alone", alone.places), ("other", other.places),
        ]
    }

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
        let edge = scores.count / Self.tail
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
        let place = ExampleList.Place(candidate: candidate, rank: rank, isKept: isKept)
        best.take(place)
        if rank <= lastKept { lastBeforeCut.take(place) } else { firstBehindCut.take(place) }
        worst.take(place)
        guard let isKeptByOther, isKept != isKeptByOther else { return }
        if isKept { alone.take(place) } else { other.take(place) }
    }
}
