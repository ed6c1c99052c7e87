/// What becomes of the matches of a split, as tokenizers' `SplitDelimiterBehavior` defines it.
enum SplitBehavior: String, Sendable {
    /// A piece of its own.
    case isolated = "Isolated"
    /// Dropped.
    case removed = "Removed"
    /// Joined to the piece before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Joined to the piece after it.
    case mergedWithNext = "MergedWithNext"
    /// A run of neighbouring matches is one piece.
    case contiguous = "Contiguous"

    /// The pieces that matches and gaps, in order and without holes, become.
    ///
    /// Source: `NormalizedString::split` of tokenizers.
    func merged(
        _ parts: [(piece: PreTokenizer.Piece, isMatch: Bool)]
    ) -> [PreTokenizer.Piece] {
        var result: [PreTokenizer.Piece] = []
        var wasMatch = false
        switch self {
        case .isolated:
            result = parts.map(\.piece)
        case .removed:
            result = parts.filter { !$0.isMatch }.map(\.piece)
        case .contiguous:
            for part in parts {
                if part.isMatch == wasMatch, !result.isEmpty {
                    result[result.count - 1].end = part.piece.end
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithPrevious:
            for part in parts {
                if part.isMatch, !wasMatch, !result.isEmpty {
                    result[result.count - 1].end = part.piece.end
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithNext:
            for part in parts.reversed() {
                if part.isMatch, !wasMatch, !result.isEmpty {
                    result[result.count - 1].start = part.piece.start
                } else {
                    result.append(part.piece)
                }
                wasMatch = part.isMatch
            }
            result.reverse()
        }
        return result
    }
}
