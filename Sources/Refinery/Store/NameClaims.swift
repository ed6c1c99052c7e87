import Synchronization

/// Names that something in this process is at work on, each by one holder at a time.
final class NameClaims: Sendable {
    /// The right to work on a name; given back when nobody holds it any more.
    final class Claim: Sendable {
        private let owner: NameClaims
        private let name: String

        fileprivate init(_ name: String, _ owner: NameClaims) {
            self.name = name
            self.owner = owner
        }

        deinit {
            owner.names.withLock { _ = $0.remove(name) }
        }
    }

    private let names = Mutex<Set<String>>([])

    /// The right to work on a name; nil while somebody has it.
    func claim(_ name: String) -> Claim? {
        names.withLock { $0.insert(name).inserted } ? Claim(name, self) : nil
    }
}
