/// An estimate with the interval that holds the truth 95 times of 100.
public struct QualityEstimate: Sendable, Equatable, Codable {
    /// The estimate.
    public let value: Double
    /// The interval's lower end.
    public let lower: Double
    /// The interval's upper end.
    public let upper: Double
}
