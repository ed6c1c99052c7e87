/// How far predictions near a cut are from the true differences, by domain.
public struct PredictionSpread: Sendable, Equatable, Codable {
    /// The root mean squared error near the cut, of all domains.
    public let common: Double
    /// That of each domain, shrunk to the common one.
    public let domains: [String: Double]

    /// As many chunks of its own count as much for a domain as the common error.
    private static let shrinkage = 20.0

    /// Learnt from predictions that were made without a chunk's document.
    ///
    /// Chunks count the less the further their prediction is from the cut: 1 / (1 + (d / s)²),
    /// where s is the root mean squared error of all.
    ///
    /// - Parameters:
    ///   - set: the chunks that the teacher read.
    ///   - prediction: learnt from them.
    ///   - cut: the predicted cut.
    public init(_ set: LearningSet, _ prediction: DifferencePrediction, cut: Double) {
        let errors = zip(set.differences, prediction.outOfFold).map { ($0 - $1) * ($0 - $1) }
        let scale = max(errors.reduce(0, +) / Double(max(errors.count, 1)), .leastNormalMagnitude)
        let weights = prediction.outOfFold.map { value in
            let distance = value - cut
            return distance.isFinite ? 1 / (1 + distance * distance / scale) : 1
        }
        var total = 0.0, weight = 0.0
        var sums = [Double](repeating: 0, count: set.domainNames.count)
        var counts = sums
        for index in 0..<set.count {
            total += weights[index] * errors[index]
            weight += weights[index]
            let domain = set.domains[index]
            guard domain >= 0 else { continue }
            sums[domain] += weights[index] * errors[index]
            counts[domain] += weights[index]
        }
        let mean = max(weight > 0 ? total / weight : scale, .leastNormalMagnitude)
        common = mean.squareRoot()
        var domains: [String: Double] = [:]
        for (index, name) in set.domainNames.enumerated() {
            domains[name] =
                ((sums[index] + Self.shrinkage * mean) / (counts[index] + Self.shrinkage))
                .squareRoot()
        }
        self.domains = domains
    }

    /// The error to expect of a chunk of `domain`.
    public func error(_ domain: String?) -> Double { domain.flatMap { domains[$0] } ?? common }
}
