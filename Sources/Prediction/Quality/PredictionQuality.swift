/// How good a selection by expected differences is, measured on the chunks of the teacher's sample.
///
/// Every chunk of the sample has a prediction by a regression that did not see it, and is treated as
/// the whole procedure would treat a chunk like it. One that had a chance π to be drawn stands for
/// 1 / π chunks: for itself, whose true difference is known, and for 1 / π − 1 others, which have
/// the true difference inside the band and the prediction outside.
///
/// Chunks are drawn one by one, so that of a chunk that was not drawn others of its document may
/// have been. Regressions that see no chunk of its document would say too little of these, and too
/// much is said of new documents; so there are measures of either.
public struct PredictionQuality: Sendable, Equatable, Codable {
    /// Below this rank correlation a selection is refused.
    public static let leastCorrelation = 0.5
    /// A domain with fewer chunks in the sample is not judged by itself.
    public static let fewestOfDomain = 30

    /// Of all chunks of the corpus.
    public let whole: QualityMeasures
    /// Of chunks of whose documents the teacher read nothing; nil where that cannot be measured.
    public let newDocuments: QualityMeasures?
    /// Of each domain by itself, as if it were the corpus; without those of too few chunks.
    public let domains: [String: QualityMeasures]

    private enum CodingKeys: String, CodingKey {
        case whole, domains
        case newDocuments = "new_documents"
    }

    /// Measures a prediction.
    ///
    /// - Parameters:
    ///   - set: the chunks of the teacher's sample.
    ///   - prediction: learnt from them.
    ///   - probabilities: how probable it was that each was drawn.
    ///   - sizes: 1 each, or their tokens.
    ///   - cut: where the rule ends.
    ///   - last: the expected difference of the last chunk of all that it keeps; nil where it does
    ///     not end at one.
    ///   - band: what the teacher reads besides; nil for nothing.
    ///   - chunks: the indices of the chunks that a rule chooses from; nil for all.
    ///   - isLowest: whether the rule keeps the lowest differences.
    /// - Throws: ``PredictionError`` where nothing can be measured: all differences are equal, or
    ///   nothing or everything is kept.
    public init(
        _ set: LearningSet, _ prediction: DifferencePrediction, probabilities: [Double],
        sizes: [Double], cut: SelectionCut, last: Double? = nil, band: CutBand?,
        among chunks: [Int]? = nil, isLowest: Bool = false
    ) throws(PredictionError) {
        precondition(probabilities.count == set.count && sizes.count == set.count)
        let sign: Double = isLowest ? -1 : 1
        func measures(
            _ chunks: [Int], _ predictions: [Double], clusters: [TextHash], last: Double?
        ) -> QualityMeasures? {
            var places: [TextHash: Int] = [:]
            var units: [WeightedUnits.Unit] = []
            for index in chunks {
                let cluster = places[clusters[index]] ?? places.count
                places[clusters[index]] = cluster
                let domain = set.domains[index]
                let error = band?.spread.error(domain < 0 ? nil : set.domainNames[domain]) ?? 1
                let truth = sign * set.differences[index], weight = 1 / probabilities[index]
                func add(_ prediction: Double, _ weight: Double) {
                    units.append(
                        WeightedUnits.Unit(
                            prediction: prediction, truth: truth, error: error, weight: weight,
                            size: sizes[index], cluster: cluster))
                }
                add(truth, 1)
                if weight > 1 { add(sign * predictions[index], weight - 1) }
            }
            return QualityMeasures(
                units, clusters: places.count, chunks: chunks.count, cut: cut,
                band: band.flatMap {
                    guard $0.cut.isFinite else { return nil }
                    return WeightedUnits.Band(
                        middle: sign * $0.cut, reach: $0.reach, last: last.map { sign * $0 })
                })
        }
        let all = chunks ?? Array(0..<set.count)
        guard let whole = measures(all, prediction.outOfFold, clusters: set.chunks, last: last)
        else {
            throw PredictionError(
                "the prediction cannot be judged: the sample's differences are all equal, or the "
                    + "rule keeps nothing or everything of them")
        }
        self.whole = whole
        newDocuments = measures(
            all, prediction.outOfDocument, clusters: set.documents, last: last)
        var domains: [String: QualityMeasures] = [:]
        for (domain, name) in set.domainNames.enumerated() {
            let chunks = all.filter { set.domains[$0] == domain }
            guard chunks.count >= Self.fewestOfDomain else { continue }
            domains[name] = measures(
                chunks, prediction.outOfFold, clusters: set.chunks, last: nil)
        }
        self.domains = domains
    }

    /// Why a selection by this prediction is refused; nil where it is good enough.
    public var refusal: PredictionError? {
        guard whole.rankCorrelation.value < Self.leastCorrelation else { return nil }
        return PredictionError(
            "expected and true differences have a rank correlation of "
                + "\((whole.rankCorrelation.value * 100).rounded() / 100), at least "
                + "\(Self.leastCorrelation) expected",
            hint: "raise the teacher's share")
    }

    /// Domains in which the prediction is worse than a selection of the whole may be, sorted.
    public var weakDomains: [String] {
        domains.filter { $0.value.rankCorrelation.value < Self.leastCorrelation }.keys.sorted()
    }
}
