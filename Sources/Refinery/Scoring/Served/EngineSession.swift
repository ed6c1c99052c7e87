import ScoringEngines
import TeacherInference

/// A run of an engine pool that threads hand sequences to.
///
/// The run keeps its endpoints busy with what all threads have handed over. It lasts until it fails
/// or the session is let go.
final class EngineSession: Sendable {
    private struct State {
        var next: Int64 = 0
        /// What threads wait for.
        var open: Set<Int64> = []
        var outcomes: [Int64: EngineOutcome] = [:]
        var failure: (any Error)?

        mutating func take(_ results: [EngineResult]) {
            for result in results where open.remove(result.id) != nil {
                outcomes[result.id] = result.outcome
            }
        }
    }

    private let state: Monitor<State>
    private let inbox: AsyncStream<[EngineSequence]>.Continuation
    private let task: Task<Void, Never>

    /// Starts a run, which sends nothing until it is asked to.
    init(_ pool: EnginePool) {
        let state = Monitor(State())
        let (stream, inbox) = AsyncStream<[EngineSequence]>.makeStream()
        self.state = state
        self.inbox = inbox
        task = Task.detached {
            var failure: any Error = CancellationError()
            do {
                try await pool.run {
                    for await window in stream { return window }
                    return nil
                } record: { results in
                    state.change { $0.take(results) }
                }
            } catch {
                failure = error
            }
            state.change { $0.failure = failure }
        }
    }

    deinit { task.cancel() }

    /// Whether the run has ended, so that another is needed.
    var hasEnded: Bool { state.read { $0.failure != nil } }

    /// Hands sequences over and blocks until all have an outcome.
    ///
    /// - Parameters:
    ///   - sequences: token ids, context token included.
    ///   - isCancelled: asked now and then; true gives the call up.
    /// - Returns: an outcome a sequence, in order.
    /// - Throws: what ended the run; `CancellationError`.
    func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool
    ) throws -> [EngineOutcome] {
        let ids = state.change { state in
            let ids = state.next..<state.next + Int64(sequences.count)
            state.next = ids.upperBound
            state.open.formUnion(ids)
            return ids
        }
        inbox.yield(zip(ids, sequences).map { EngineSequence(id: $0, tokens: $1) })
        while true {
            let found = state.wait(seconds: BlockingCall.patience) { state -> Ending? in
                guard state.open.isDisjoint(with: ids) else {
                    return state.failure.map { .failure($0) }
                }
                return .success(ids.compactMap { state.outcomes.removeValue(forKey: $0) })
            }
            if let found { return try found.get() }
            if isCancelled() {
                state.change { state in
                    state.open.subtract(ids)
                    for id in ids { state.outcomes[id] = nil }
                }
                throw CancellationError()
            }
        }
    }

    private typealias Ending = Result<[EngineOutcome], any Error>
}
