import Foundation

/// A value that threads change under one lock and wait on for changes.
final class Monitor<State>: @unchecked Sendable {
    // SAFETY (Sendable): `state` is touched only with `condition` locked.
    private let condition = NSCondition()
    private var state: State

    init(_ state: State) {
        self.state = state
    }

    /// Runs `body` alone, then wakes whoever waits.
    func change<R>(_ body: (inout State) throws -> R) rethrows -> R {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&state)
    }

    /// The state, without waking anybody.
    func read<R>(_ body: (State) throws -> R) rethrows -> R {
        condition.lock()
        defer { condition.unlock() }
        return try body(state)
    }

    /// As ``wait(_:)``, but gives up with nil once `seconds` have passed.
    func wait<R>(seconds: Double, _ body: (inout State) -> R?) -> R? {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        while true {
            if let result = body(&state) { return result }
            guard condition.wait(until: end) else { return body(&state) }
        }
    }

    /// Blocks until `body` returns a value, asking again after each change.
    ///
    /// A `body` that returns nil must leave the state as it is: nobody is woken for it.
    func wait<R>(_ body: (inout State) -> R?) -> R {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        while true {
            if let result = body(&state) { return result }
            condition.wait()
        }
    }
}
