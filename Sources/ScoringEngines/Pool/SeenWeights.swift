import Synchronization

/// What the endpoints of a pool called their weights first, in any of its runs.
final class SeenWeights: Sendable {
    private struct Names {
        var fingerprints: [String?]
        var revision: String?
    }

    private let names: Mutex<Names>

    /// Nothing is known yet but the revision, where an operator named it.
    init(endpoints: Int, revision: String?) {
        names = Mutex(
            Names(fingerprints: Array(repeating: nil, count: endpoints), revision: revision))
    }

    /// What an endpoint's answers carried first: this, where they carried nothing before.
    func fingerprint(_ found: String, endpoint: Int) -> String {
        names.withLock { names in
            if let first = names.fingerprints[endpoint] { return first }
            names.fingerprints[endpoint] = found
            return found
        }
    }

    /// What the weights were called first, by any endpoint: this, where nobody named them before.
    func revision(_ found: String) -> String {
        names.withLock { names in
            if let first = names.revision { return first }
            names.revision = found
            return found
        }
    }
}
