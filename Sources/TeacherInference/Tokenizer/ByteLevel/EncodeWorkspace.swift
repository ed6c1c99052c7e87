import Synchronization

/// What one call of `encode` needs and the next one can use again.
struct EncodeWorkspace {
    /// The words of the section being encoded.
    var cut = PreTokenizer.Cut()
    /// The tokens of words seen before.
    var cache = WordCache()
    /// The symbols of the word being merged.
    var symbols: [TokenID] = []
    /// The tokens of the text so far.
    var ids: [TokenID] = []
    /// How the words of the text became tokens, kept only where their ends are wanted.
    var words: [EncodedWord] = []
    /// Where the tokens of the text end, kept only where that is wanted.
    var ends: [Int] = []
    /// The text as it was encoded, where that is not the original.
    var normalized: NormalizedText?

    /// Forgets the text and gives back what a long one took.
    mutating func reset() {
        let limit = 1 << 16
        cut.reset(keepingUpTo: limit)
        normalized = nil
        symbols.removeAll(keepingCapacity: symbols.capacity <= limit)
        ids.removeAll(keepingCapacity: ids.capacity <= limit)
        ends.removeAll(keepingCapacity: ends.capacity <= limit)
        words.removeAll(keepingCapacity: words.capacity <= limit)
    }
}

/// A word that has been encoded.
struct EncodedWord {
    /// Where it stands in the text.
    var offset: Int
    /// Its bytes, an added space among them.
    var length: Int
    /// Its tokens.
    var tokens: Int
    /// Whether its first byte is a space that the text does not have.
    var hasAddedSpace = false
}

/// Workspaces that wait for their next call: as many as there were calls at the same time.
final class WorkspacePool: Sendable {
    /// Carries a workspace across the lock.
    private struct Parked: @unchecked Sendable {
        // SAFETY: a workspace is either in the pool, where nobody uses it, or with the one caller
        // that took it out.
        var workspace: EncodeWorkspace
    }

    private let parked = Mutex<[Parked]>([])

    /// Runs `body` with a workspace that nobody else uses meanwhile.
    func withWorkspace<R>(_ body: (inout EncodeWorkspace) -> R) -> R {
        var workspace = parked.withLock { $0.popLast() }?.workspace ?? EncodeWorkspace()
        let result = body(&workspace)
        workspace.reset()
        let back = Parked(workspace: workspace)
        parked.withLock { $0.append(back) }
        return result
    }
}
