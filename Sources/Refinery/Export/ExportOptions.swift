/// How the rows of a selection are written.
public struct ExportOptions: Sendable, Equatable {
    /// Their order.
    public var order: ExportOrder
    /// The seed of a shuffled order.
    public var seed: UInt64
    /// Whether neighbouring chunks of a document become one row.
    public var mergesAdjacent: Bool
    /// Whether the documents' other fields are read, too.
    public var fields: Bool

    /// Options of the given parts.
    public init(
        order: ExportOrder = .corpus, seed: UInt64 = 0, mergesAdjacent: Bool = false,
        fields: Bool = false
    ) {
        self.order = order
        self.seed = seed
        self.mergesAdjacent = mergesAdjacent
        self.fields = fields
    }

    /// Throws where two options contradict each other.
    public func validate() throws {
        if mergesAdjacent, order != .corpus {
            throw RefineryError(
                .invalid,
                "neighbouring chunks can be joined in corpus order alone, not by "
                    + order.rawValue)
        }
    }
}
