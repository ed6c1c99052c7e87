/// Sampling without replacement in proportion to exp(z-score / temperature): Gumbel top-k
/// (Kool, van Hoof, Welling 2019), keyed by content.
public struct Sample: Sendable, Equatable, Codable {
    /// In standard deviations of the score; above 0.
    public var temperature: Double
    /// Another seed draws another sample.
    public var seed: UInt64

    /// A sample of the given parts.
    public init(temperature: Double, seed: UInt64) {
        self.temperature = temperature
        self.seed = seed
    }
}
