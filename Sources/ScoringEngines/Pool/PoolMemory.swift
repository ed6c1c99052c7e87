import Synchronization

/// What a pool keeps from one of its runs to the next.
final class PoolMemory: Sendable {
    private struct State {
        var fingerprints: [String?]
        var revision: String?
        var refusals = 0
        var paces: [EnginePace]
    }

    private let state: Mutex<State>

    /// Nothing is known yet but the revision, where an operator named it.
    init(endpoints: Int, revision: String?) {
        state = Mutex(
            State(
                fingerprints: Array(repeating: nil, count: endpoints), revision: revision,
                paces: Array(repeating: EnginePace(), count: endpoints)))
    }

    /// What an endpoint's answers carried first: this, where they carried nothing before.
    func fingerprint(_ found: String, endpoint: Int) -> String {
        state.withLock { state in
            if let first = state.fingerprints[endpoint] { return first }
            state.fingerprints[endpoint] = found
            return found
        }
    }

    /// What the weights were called first, by any endpoint: this, where nobody named them before.
    func revision(_ found: String) -> String {
        state.withLock { state in
            if let first = state.revision { return first }
            state.revision = found
            return found
        }
    }

    /// Counts a sequence that was given up: how many in a row now, none scored between them.
    func refused() -> Int {
        state.withLock { state in
            state.refusals += 1
            return state.refusals
        }
    }

    /// Notes an answer of an endpoint: it ends a row of refusals, and tells the endpoint's pace.
    func answered(endpoint: Int, tokens: Int, seconds: Double) {
        state.withLock { state in
            state.refusals = 0
            state.paces[endpoint].answered(tokens: tokens, seconds: seconds)
        }
    }

    /// Notes that an endpoint did not answer in time.
    func timedOut(endpoint: Int) {
        state.withLock { $0.paces[endpoint].timeouts += 1 }
    }

    /// How fast an endpoint was seen to be.
    func pace(endpoint: Int) -> EnginePace {
        state.withLock { $0.paces[endpoint] }
    }
}
