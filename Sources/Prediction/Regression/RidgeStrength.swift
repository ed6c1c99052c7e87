/// How strongly a ridge regression holds its numbers down.
public struct RidgeStrength: Sendable, Equatable, Codable {
    /// The penalty of a squared coefficient of a standardised feature, for each chunk learnt from.
    public var features: Double
    /// The penalty of a domain's squared intercept: as many chunks pull it to the common one.
    public var domains: Double

    /// A strength of the two.
    public init(features: Double, domains: Double) {
        self.features = features
        self.domains = domains
    }

    /// What is tried for features: from nearly free coefficients to nearly none.
    static let featureChoices = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
    /// What is tried for domains: from nearly free intercepts to nearly none.
    static let domainChoices: [Double] = [2, 8, 32, 128, 1024]
}
