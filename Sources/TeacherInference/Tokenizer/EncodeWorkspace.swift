import Synchronization

/// What one call of `encode` needs and the next one can use again.
final class EncodeWorkspace {
    /// Space for regex matching.
    let matcher = PatternMatcher()
    /// The tokens of words seen before.
    var cache = WordCache()
    /// The symbols of the word being merged.
    var symbols: [TokenID] = []
}

/// Workspaces that wait for their next call: as many as there were calls at the same time.
final class WorkspacePool: Sendable {
    /// Carries a workspace across the lock.
    private struct Parked: @unchecked Sendable {
        // SAFETY: a workspace is either in the pool, where nobody uses it, or with the one caller
        // that took it out.
        let workspace: EncodeWorkspace
    }

    private let parked = Mutex<[Parked]>([])

    /// Runs `body` with a workspace that nobody else uses meanwhile.
    func withWorkspace<R>(_ body: (EncodeWorkspace) -> R) -> R {
        let workspace = parked.withLock { $0.popLast() }?.workspace ?? EncodeWorkspace()
        let result = body(workspace)
        let back = Parked(workspace: workspace)
        parked.withLock { $0.append(back) }
        return result
    }
}
