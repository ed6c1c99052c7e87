/// What the store holds and what is left to do.
public struct StoreStatus: Sendable, Equatable {
    /// Every corpus, by name in byte order.
    public var corpora: [CorpusStatus]
    /// The current teacher.
    public var teacher: Model?
    /// The current reference.
    public var reference: Model?

    /// Documents not cut yet, over all corpora.
    public var unchunked: Int64 { corpora.reduce(0) { $0 + $1.unchunked } }

    /// Chunks left to score, over all corpora and both roles.
    public var pending: Int64 { corpora.reduce(0) { $0 + $1.pending } }

    /// Tokens left to score by role, over all corpora.
    public var pendingTokens: RoleCounts {
        corpora.reduce(into: RoleCounts()) {
            $0.teacher += $1.pendingTokens.teacher
            $0.reference += $1.pendingTokens.reference
        }
    }
}
