/// What one filter or guard removed.
public struct Removal: Sendable, Equatable, Codable {
    /// Its name: `exclude_domain`, `where …`, `short`, `repetition` or `duplicates`.
    public var by: String
    /// Chunks, or documents where those are selected.
    public var items = 0
    /// Their tokens.
    public var tokens = 0
}

/// What a selection did to the candidates of similar length.
public struct LengthBinSummary: Sendable, Equatable, Codable {
    /// The bin's least number of tokens, a power of two.
    public var from: Int
    /// Candidates.
    public var candidates: Int
    /// Those kept.
    public var kept: Int
}
