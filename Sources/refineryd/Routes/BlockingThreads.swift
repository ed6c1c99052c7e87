import Foundation
import HTTPTypes
import Refinery
import ServiceLifecycle
import Synchronization

/// Runs blocking work (the store's calls, imports, exports) off Swift's cooperative pool.
final class BlockingThreads: Sendable {
    /// The right to run one long piece of work; given back when nobody holds it any more.
    final class Slot: Sendable {
        private let owner: BlockingThreads

        fileprivate init(_ owner: BlockingThreads) {
            self.owner = owner
        }

        deinit {
            owner.release()
        }

        /// Runs the work on a thread of its own.
        func run<Value: Sendable>(
            _ body: @escaping @Sendable () throws -> Value
        ) async throws -> Value {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try WorkThread.start("refinery.request") {
                        continuation.resume(with: Result(catching: body))
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private typealias Turn = CheckedContinuation<Void, any Error>

    private struct State {
        var running = 0
        var last = 0
        var waiting: [(number: Int, turn: Turn)] = []
    }

    private let limit: Int
    private let queueLimit: Int
    private let state = Mutex(State())
    private let queries = DispatchQueue(label: "refinery.queries", attributes: .concurrent)

    /// At most `limit` long pieces of work run at once, and `queueLimit` wait for their turn.
    init(limit: Int = 16, queueLimit: Int = 64) {
        self.limit = limit
        self.queueLimit = queueLimit
    }

    /// How many wait for a turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Whether somebody waits for a turn.
    var isCrowded: Bool { waitingCount > 0 }

    /// A short piece of work, such as one query.
    func query<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queries.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// The right to run a long piece of work, once it is this one's turn.
    ///
    /// - Throws: status 503 where too many wait already; `CancellationError` where the daemon shuts
    ///   down.
    func slot() async throws -> Slot {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await cancelWhenGracefulShutdown {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { self.wait(number, $0) }
                return Slot(self)
            } onCancel: {
                self.giveUp(number)
            }
        }
    }

    private func wait(_ number: Int, _ turn: Turn) {
        let result = state.withLock { state -> Result<Void, any Error>? in
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.running < limit {
                state.running += 1
                return .success(())
            }
            guard state.waiting.count < queueLimit else {
                var busy = RequestError(
                    .serviceUnavailable,
                    "\(limit) imports and exports are running, and \(queueLimit) wait for their "
                        + "turn",
                    hint: "try again when some have ended; refinectl jobs lists them")
                busy.retryAfter = 5
                return .failure(busy)
            }
            state.waiting.append((number, turn))
            return nil
        }
        if let result { turn.resume(with: result) }
    }

    private func giveUp(_ number: Int) {
        let turn = state.withLock { state -> Turn? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.waiting.remove(at: place).turn
        }
        turn?.resume(throwing: CancellationError())
    }

    private func release() {
        let next = state.withLock { state -> Turn? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().turn
        }
        next?.resume()
    }
}
