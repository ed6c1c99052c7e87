import Synchronization

/// A flag that is set once, by any thread.
final class AtomicFlag: Sendable {
    private let state = Atomic(false)

    /// Whether it is set.
    var isSet: Bool { state.load(ordering: .relaxed) }

    /// Sets it.
    func set() { state.store(true, ordering: .relaxed) }
}
