import Foundation
import HTTPTypes
import Refinery
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
            owner.running.withLock { $0 -= 1 }
        }

        /// Runs the work on a thread of its own.
        func run<Value: Sendable>(
            _ body: @escaping @Sendable () throws -> Value
        ) async throws -> Value {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
            }
        }
    }

    private let limit: Int
    private let running = Mutex(0)
    private let queries = DispatchQueue(label: "refinery.queries", attributes: .concurrent)

    /// At most `limit` long pieces of work run at once.
    init(limit: Int = 16) {
        self.limit = limit
    }

    /// A short piece of work, such as one query.
    func query<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queries.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// The right to run a long piece of work.
    ///
    /// - Throws: status 503 where as many as the limit are at work.
    func slot() throws -> Slot {
        let isFree = running.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw RequestError(
                .serviceUnavailable, "\(limit) imports and exports are running already",
                hint: "try again when one has ended; refinectl jobs lists them")
        }
        return Slot(self)
    }
}
