/// How near a selection by expected differences comes to the selection by true ones.
///
/// Intervals are the 2.5th and 97.5th percentile of bootstrap samples: overlap and gain depend on
/// two cuts, which each bootstrap sample draws again, and no formula has that.
public struct QualityMeasures: Sendable, Equatable, Codable {
    /// Bootstrap samples.
    static let samples = 1000

    /// Chunks of the sample that it is measured on.
    public let chunks: Int
    /// Spearman's correlation of expected and true differences.
    public let rankCorrelation: QualityEstimate
    /// The share of the full selection that is found.
    public let overlap: QualityEstimate
    /// (summed difference of what is chosen − that of a random choice) / (that of the full
    /// selection − that of a random choice).
    public let gain: QualityEstimate

    private enum CodingKeys: String, CodingKey {
        case chunks, overlap, gain
        case rankCorrelation = "rank_correlation"
    }

    /// Measures weighted units, which come in `clusters` that a bootstrap draws as one.
    ///
    /// - Returns: nil where the measures are not defined, for all units or for half of the
    ///   bootstrap samples.
    init?(
        _ units: [WeightedUnits.Unit], clusters: Int, chunks: Int, cut: SelectionCut,
        band: WeightedUnits.Band?
    ) {
        let ordered = WeightedUnits(units, cut: cut, band: band)
        guard
            let estimate = ordered.measures(counts: [Double](repeating: 1, count: clusters))
        else { return nil }
        var bits = RandomBits(seed: 0)
        var drawn: [WeightedUnits.Measures] = []
        for _ in 0..<Self.samples {
            var counts = [Double](repeating: 0, count: clusters)
            for _ in 0..<clusters { counts[bits.below(clusters)] += 1 }
            if let measures = ordered.measures(counts: counts) { drawn.append(measures) }
        }
        guard drawn.count >= Self.samples / 2 else { return nil }
        func interval(_ measure: (WeightedUnits.Measures) -> Double) -> QualityEstimate {
            let sorted = drawn.map(measure).sorted()
            func percentile(_ share: Double) -> Double {
                sorted[Int((share * Double(sorted.count - 1)).rounded())]
            }
            let value = measure(estimate)
            return QualityEstimate(
                value: value, lower: min(value, percentile(0.025)),
                upper: max(value, percentile(0.975)))
        }
        self.chunks = chunks
        rankCorrelation = interval { $0.rankCorrelation }
        overlap = interval { $0.overlap }
        gain = interval { $0.gain }
    }
}
