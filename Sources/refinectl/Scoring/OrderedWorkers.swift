import Foundation
import TeacherInference

/// Work on a stream of groups by several threads, whose results come out in the stream's order.
///
/// At most four groups a thread are held at once, waiting results included, so memory is bounded
/// however unevenly the work falls.
final class OrderedWorkers<Group: Sendable, Result: Sendable>: @unchecked Sendable {
    // SAFETY (Sendable): all state is touched only with `condition` locked; `read` and `write`
    // are called by one thread at a time, which `isReading` and `isWriting` see to.
    private let condition = NSCondition()
    private let limit: Int
    private let read: () throws -> Group?
    private let write: (Result) throws -> Void
    private var taken = 0
    private var written = 0
    private var isReading = false
    private var isWriting = false
    private var isEnded = false
    private var results: [Int: Result] = [:]
    private var failure: (any Error)?
    private var running = 0

    private init(
        threads: Int, read: @escaping () throws -> Group?,
        write: @escaping (Result) throws -> Void
    ) {
        limit = 4 * threads
        self.read = read
        self.write = write
    }

    /// Runs until the stream ends or something throws; blocks.
    ///
    /// - Parameters:
    ///   - threads: how many work beside each other.
    ///   - read: the next group, nil at the end.
    ///   - body: called once on each thread with `next`, which gives the group to work on, nil at
    ///     the end, and takes the result of the one before; see `Turn`.
    ///   - write: takes the results in order.
    /// - Throws: the first error of `read`, `body` or `write`.
    static func run(
        threads: Int, read: @escaping () throws -> Group?,
        body: @escaping @Sendable (Turn) throws -> Void,
        write: @escaping (Result) throws -> Void
    ) throws {
        let workers = OrderedWorkers(threads: threads, read: read, write: write)
        workers.running = threads
        for index in 0..<threads {
            let thread = Thread {
                do { try body(Turn(workers)) } catch { workers.fail(error) }
                workers.end()
            }
            thread.name = "refinectl.score.\(index)"
            thread.start()
        }
        try workers.join()
    }

    /// A thread's way to its work.
    struct Turn: @unchecked Sendable {
        // SAFETY (Sendable): holds a Sendable class only.
        private let workers: OrderedWorkers

        fileprivate init(_ workers: OrderedWorkers) {
            self.workers = workers
        }

        /// The next group and its place; nil at the end or when another thread failed.
        func next() throws -> (place: Int, group: Group)? {
            try workers.next()
        }

        /// Hands in the result of the group at `place`.
        func finish(_ place: Int, _ result: Result) throws {
            try workers.finish(place, result)
        }
    }

    private func next() throws -> (place: Int, group: Group)? {
        condition.lock()
        while failure == nil, !isEnded, isReading || taken - written >= limit { condition.wait() }
        guard failure == nil, !isEnded else {
            condition.unlock()
            return nil
        }
        isReading = true
        condition.unlock()
        let outcome = Swift.Result { try read() }
        condition.lock()
        defer {
            isReading = false
            condition.broadcast()
            condition.unlock()
        }
        guard let group = try outcome.get() else {
            isEnded = true
            return nil
        }
        taken += 1
        return (taken - 1, group)
    }

    private func finish(_ place: Int, _ result: Result) throws {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        results[place] = result
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while failure == nil, let result = results.removeValue(forKey: written) {
            condition.unlock()
            let outcome = Swift.Result { try write(result) }
            condition.lock()
            try outcome.get()
            written += 1
            condition.broadcast()
        }
    }

    private func fail(_ error: any Error) {
        condition.lock()
        failure = failure ?? error
        condition.broadcast()
        condition.unlock()
    }

    private func end() {
        condition.lock()
        running -= 1
        condition.broadcast()
        condition.unlock()
    }

    private func join() throws {
        condition.lock()
        defer { condition.unlock() }
        while running > 0 { condition.wait() }
        if let failure { throw failure }
    }
}
