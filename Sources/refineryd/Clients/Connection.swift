import NIOCore
import Synchronization

/// A client's connection, as the limits see it.
final class Connection: Sendable {
    /// What is being waited for.
    enum Phase {
        /// The daemon is at work.
        case busy
        /// The client, to begin a request.
        case idle
        /// The client, to send the rest of a request or to take the answer.
        case stalled
    }

    private struct State {
        var requests = 0
        var isReceiving = false
        var wantsBytes = false
        var untaken = 0
        var since = NIODeadline.now()
    }

    /// The user at the other end; nil where the kernel does not tell.
    let user: UInt32?
    private let close: @Sendable () -> Void
    private let state = Mutex(State())

    /// A connection that is open, and idle; `close` closes it.
    init(user: UInt32?, close: @escaping @Sendable () -> Void) {
        self.user = user
        self.close = close
    }

    /// What is being waited for, and since when.
    var phase: (phase: Phase, since: NIODeadline) {
        state.withLock { state in
            let phase: Phase =
                if state.untaken > 0 {
                    .stalled
                } else if state.requests == 0 {
                    .idle
                } else {
                    state.isReceiving && state.wantsBytes ? .stalled : .busy
                }
            return (phase, state.since)
        }
    }

    /// Closes it at once.
    func cut() {
        close()
    }

    /// A request begins.
    func requestBegins() {
        change {
            $0.requests += 1
            $0.isReceiving = true
        }
    }

    /// Some of it has arrived.
    func bytesArrive() { change { _ in } }

    /// All of it has arrived.
    func requestIsWhole() { change { $0.isReceiving = false } }

    /// Whether anybody reads what the client sends.
    func want(_ wantsBytes: Bool) {
        state.withLock { state in
            if wantsBytes, !state.wantsBytes { state.since = .now() }
            state.wantsBytes = wantsBytes
        }
    }

    /// A part of an answer is on its way.
    func answerIsSent() {
        state.withLock { state in
            if state.untaken == 0 { state.since = .now() }
            state.untaken += 1
        }
    }

    /// A part of an answer was taken.
    func answerIsTaken() { change { $0.untaken -= 1 } }

    /// An answer is complete; says whether the rest of its request was not waited for.
    func requestEnds() -> Bool {
        state.withLock { state in
            state.requests -= 1
            return state.isReceiving
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            state.since = .now()
        }
    }
}
