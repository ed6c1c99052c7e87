/// What a selection did to the candidates of similar length.
public struct LengthBinSummary: Sendable, Equatable, Codable {
    /// The bin's least number of tokens, a power of two.
    public var from: Int
    /// Candidates.
    public var candidates: Int
    /// Those kept.
    public var kept: Int
}
