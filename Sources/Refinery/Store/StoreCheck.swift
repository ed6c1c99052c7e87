/// What a check of the derived tables found; all zero and empty is good.
public struct StoreCheck: Sendable, Equatable, Codable {
    /// Chunk and model pairs without a score that `pending` lacks.
    public var missing = 0
    /// Rows of `pending` that should not be there.
    public var surplus = 0
    /// Counters that are off, one line each: which, what it says and what it should say.
    public var counters: [String] = []

    /// A check that found nothing.
    public init() {}

    /// Whether nothing is off.
    public var isClean: Bool { missing == 0 && surplus == 0 && counters.isEmpty }
}
