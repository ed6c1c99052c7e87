import Foundation
import Synchronization

/// Threads that share numbered tasks; which of them runs a task changes no result.
///
/// The thread that calls ``run(_:_:)`` works too, so a team of one has no thread of its own.
final class ThreadTeam {
    /// Threads that work, the caller's included.
    let count: Int
    private let shared = Shared()

    /// A team of `count` threads, at least one.
    init(count: Int) {
        self.count = max(1, count)
        for worker in 1..<self.count {
            let shared = shared
            let thread = Thread { shared.serve(worker) }
            thread.name = "training-\(worker)"
            thread.start()
        }
    }

    deinit { shared.stop() }

    /// Runs `body` for every task from 0 to `tasks` and returns when all are done.
    ///
    /// - Parameters:
    ///   - tasks: how many there are; each is taken by the next thread that is free.
    ///   - body: is given the task and the number of the thread, from 0 to ``count``. It may run on
    ///     several threads at once, and must write only what belongs to its task or its thread.
    func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        guard count > 1, tasks > 1 else {
            for task in 0..<tasks { body(task, 0) }
            return
        }
        withoutActuallyEscaping(body) { shared.run(tasks, workers: count - 1, $0) }
    }

    /// What the threads see of the work.
    private final class Shared: @unchecked Sendable {
        // SAFETY (Sendable): everything but `next` is touched only with `condition` locked, and
        // `body` is called only until `busy` is 0, which its caller waits for.
        private let condition = NSCondition()
        private let next = Atomic<Int>(0)
        private var body: ((Int, Int) -> Void)?
        private var tasks = 0
        private var round = 0
        private var busy = 0
        private var isStopped = false

        func run(_ tasks: Int, workers: Int, _ body: @escaping (Int, Int) -> Void) {
            condition.lock()
            self.body = body
            self.tasks = tasks
            next.store(0, ordering: .relaxed)
            busy = workers
            round += 1
            condition.broadcast()
            condition.unlock()
            work(tasks, 0, body)
            condition.lock()
            while busy > 0 { condition.wait() }
            self.body = nil
            condition.unlock()
        }

        func serve(_ worker: Int) {
            var seen = 0
            while true {
                condition.lock()
                while round == seen, !isStopped { condition.wait() }
                if isStopped { return condition.unlock() }
                seen = round
                condition.unlock()
                takePart(worker)
                condition.lock()
                busy -= 1
                if busy == 0 { condition.broadcast() }
                condition.unlock()
            }
        }

        /// Works on the present round and lets go of its body before it returns: not inlined, for
        /// else the body might be released only after `busy` told that it was.
        @inline(never)
        private func takePart(_ worker: Int) {
            condition.lock()
            let (body, tasks) = (body, tasks)
            condition.unlock()
            if let body { work(tasks, worker, body) }
        }

        func stop() {
            condition.lock()
            isStopped = true
            condition.broadcast()
            condition.unlock()
        }

        private func work(_ tasks: Int, _ worker: Int, _ body: (Int, Int) -> Void) {
            while true {
                let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard task < tasks else { return }
                body(task, worker)
            }
        }
    }
}
