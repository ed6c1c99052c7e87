/// Asynchronous work that a thread waits for.
///
/// Only for threads that may block: never one of Swift's cooperative pool.
enum BlockingCall {
    /// Seconds between two looks at whether the caller has given up.
    static let patience = 0.25

    /// Runs `body` and blocks until it has ended.
    ///
    /// - Parameters:
    ///   - isCancelled: asked now and then; true cancels `body`, which is not waited for.
    ///   - body: the work.
    /// - Returns: What `body` returns.
    /// - Throws: what `body` throws; `CancellationError` once the caller has given up.
    static func run<Value: Sendable>(
        isCancelled: () -> Bool = { false }, _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let outcome = Monitor<Result<Value, any Error>?>(nil)
        let task = Task.detached {
            do {
                let value = try await body()
                outcome.change { $0 = .success(value) }
            } catch {
                outcome.change { $0 = .failure(error) }
            }
        }
        while true {
            if let found = outcome.wait(seconds: patience, { $0 }) { return try found.get() }
            if isCancelled() {
                task.cancel()
                throw CancellationError()
            }
        }
    }
}
