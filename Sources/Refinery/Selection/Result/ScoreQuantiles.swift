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
    ///
    /// - Throws: ``RefineryError`` where the disk fails.
    init?(_ scores: SpillTable<Double>) throws {
        guard scores.count > 0 else { return nil }
        let ranks = [0, 1, 5, 25, 50, 75, 95, 99, 100].map { percent in
            Swift.max(1, (scores.count * percent + 99) / 100)
        }
        let found = try NearestRanks.values(at: ranks) { see in
            try scores.forEach { see($1) }
        }
        min = found[0]
        q01 = found[1]
        q05 = found[2]
        q25 = found[3]
        median = found[4]
        q75 = found[5]
        q95 = found[6]
        q99 = found[7]
        max = found[8]
    }
}
