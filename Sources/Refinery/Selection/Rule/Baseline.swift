/// A control: chunks drawn at random, whatever their scores.
public struct Baseline: Sendable, Equatable, Codable {
    /// What it draws from.
    public enum Source: String, Sendable, Codable, CaseIterable {
        /// What the score chooses from, too.
        case candidates
        /// Everything scored that the filters leave: before guards and duplicates.
        case all
    }

    /// Another seed draws others.
    public var seed: UInt64
    /// What it draws from.
    public var from: Source

    /// A baseline of the given parts.
    public init(seed: UInt64, from: Source) {
        self.seed = seed
        self.from = from
    }
}
