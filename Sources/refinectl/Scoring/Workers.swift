import Foundation

/// The same work on several threads at once.
final class Workers<Value: Sendable>: @unchecked Sendable {
    // SAFETY (Sendable): `results` is touched only with `lock` locked.
    private let lock = NSLock()
    private var results: [Result<Value, any Error>] = []

    /// What `body` gives on each of `count` threads; blocks.
    ///
    /// - Throws: an error of `body`.
    static func run(
        _ count: Int, _ body: @escaping @Sendable (_ number: Int) throws -> Value
    ) throws -> [Value] {
        let workers = Workers()
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                let result = Result { try body(number) }
                workers.lock.withLock { workers.results.append(result) }
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
        return try workers.lock.withLock { try workers.results.map { try $0.get() } }
    }
}
