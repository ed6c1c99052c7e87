/// Where a rule ends among chunks in order of their difference.
public enum SelectionCut: Sendable, Equatable {
    /// The best chunks that together have this share of all sizes, 0 to 1.
    ///
    /// A size is 1 where chunks are counted, else a chunk's tokens.
    case share(Double)
    /// All chunks with at least this difference.
    case threshold(Double)

    /// The difference of the last chunk that is kept.
    ///
    /// - Parameters:
    ///   - differences: of all chunks, true or predicted.
    ///   - sizes: of all chunks.
    /// - Returns: The cut; infinity where nothing is kept.
    public func value(differences: [Double], sizes: [Double]) -> Double {
        precondition(differences.count == sizes.count)
        switch self {
        case .threshold(let value): return value
        case .share(let share):
            let order = differences.indices.sorted {
                (differences[$1], $0) < (differences[$0], $1)
            }
            let wanted = share * sizes.reduce(0, +)
            var sum = 0.0, cut = Double.infinity
            for index in order where sum < wanted {
                sum += sizes[index]
                cut = differences[index]
            }
            return cut
        }
    }
}
