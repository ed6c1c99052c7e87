/// A linear prediction of a chunk's difference from its summary, with an intercept for each domain.
///
///     prediction = intercept + Σ coefficientⱼ · featureⱼ + domain's intercept
///
/// It is fitted by least squares with a penalty on the coefficients of standardised features and on
/// the domains' intercepts, which are so shrunk to the common one. All sums are in Float64 and in
/// chunk order: the same chunks give the same bits on any machine.
public struct RidgeRegression: Sendable, Equatable, Codable {
    /// The prediction where every feature is zero and the domain is not known.
    public let intercept: Double
    /// What each feature is multiplied with.
    public let coefficients: [Double]
    /// What is added for a chunk of a domain; domains with few chunks have none.
    public let domains: [String: Double]
    /// The penalties, chosen by folds over documents.
    public let strength: RidgeStrength
    /// Chunks that it was learnt from.
    public let chunks: Int

    /// A domain with fewer chunks has no intercept of its own.
    static let fewestOfDomain = 8
    /// As many domains have an intercept of their own at most: those with the most chunks.
    static let mostDomains = 64

    /// The prediction for one chunk.
    ///
    /// - Parameters:
    ///   - features: of its summary, as many as there are coefficients.
    ///   - domain: of its document.
    /// - Returns: The predicted difference.
    public func predict(_ features: some Collection<Float>, domain: String?) -> Double {
        precondition(features.count == coefficients.count)
        var sum = intercept
        for (coefficient, feature) in zip(coefficients, features) {
            sum += coefficient * Double(feature)
        }
        return sum + (domain.flatMap { domains[$0] } ?? 0)
    }
}
