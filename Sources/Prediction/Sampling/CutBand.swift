/// The chunks around a predicted cut that the teacher reads besides its sample.
///
/// There a prediction's error decides whether a chunk is kept; far from the cut it does not. A
/// chunk's distance is |prediction − cut| / the error to expect of its domain there.
public struct CutBand: Sendable, Equatable, Codable {
    /// The predicted cut.
    public let cut: Double
    /// Errors to expect.
    public let spread: PredictionSpread
    /// The largest distance that is in the band; negative where nothing is.
    public let reach: Double

    /// A band that takes in as many chunks as the teacher may still read.
    ///
    /// - Parameters:
    ///   - cut: the predicted cut.
    ///   - spread: the errors to expect near it.
    ///   - predictions: of the chunks that the teacher did not read.
    ///   - domains: the name of each one's domain.
    ///   - budget: how many of them it may still read.
    public init(
        cut: Double, spread: PredictionSpread, predictions: [Double], domains: [String?],
        budget: Int
    ) {
        precondition(predictions.count == domains.count)
        self.cut = cut
        self.spread = spread
        let distances = zip(predictions, domains).map {
            Self.distance($0, $1, cut: cut, spread: spread)
        }.sorted()
        let taken = min(max(budget, 0), distances.count)
        reach = taken == 0 || !cut.isFinite ? -1 : distances[taken - 1]
    }

    /// Whether the teacher reads a chunk of `domain` with this prediction.
    public func contains(_ prediction: Double, domain: String?) -> Bool {
        cut.isFinite && Self.distance(prediction, domain, cut: cut, spread: spread) <= reach
    }

    private static func distance(
        _ prediction: Double, _ domain: String?, cut: Double, spread: PredictionSpread
    ) -> Double {
        abs(prediction - cut) / spread.error(domain)
    }
}
