/// Least, percentiles and greatest of some scores, each by nearest rank.
public struct ScoreQuantiles: Sendable, Equatable, Codable {
    /// The least.
    public var min: Double
    /// The ⌈n/100⌉-th smallest, and so on.
    public var q01: Double
    /// The ⌈5n/100⌉-th smallest.
    public var q05: Double
    /// The ⌈n/4⌉-th smallest.
    public var q25: Double
    /// The ⌈n/2⌉-th smallest.
    public var median: Double
    /// The ⌈3n/4⌉-th smallest.
    public var q75: Double
    /// The ⌈95n/100⌉-th smallest.
    public var q95: Double
    /// The ⌈99n/100⌉-th smallest.
    public var q99: Double
    /// The greatest.
    public var max: Double

    /// The quantiles of scores in any order, nil of none.
    init?(_ scores: [Double]) {
        guard !scores.isEmpty else { return nil }
        // Ranked by score they come sorted, the greatest first.
        let isSorted = (1..<scores.count).allSatisfy { scores[$0 - 1] >= scores[$0] }
        let sorted = isSorted ? scores : scores.sorted(by: >)
        let count = sorted.count
        func percentile(_ percent: Int) -> Double {
            let rank = (count * percent + 99) / 100
            return sorted[count - Swift.max(1, rank)]
        }
        min = percentile(0)
        q01 = percentile(1)
        q05 = percentile(5)
        q25 = percentile(25)
        median = percentile(50)
        q75 = percentile(75)
        q95 = percentile(95)
        q99 = percentile(99)
        max = percentile(100)
    }
}
