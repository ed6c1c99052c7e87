import Foundation
import Synchronization

/// Calls back on Ctrl-C and SIGTERM instead of letting them end the process at once.
///
/// The second of a kind ends the process as ever. A signal that the parent had us ignore (nohup, a
/// background job of a script) stays ignored. One watch at a time.
///
/// A handler that writes to a pipe, since libdispatch's signal sources on Linux want the signal
/// blocked in every thread, and there are threads already.
final class InterruptWatch: Sendable {
    private static let numbers = [SIGINT, SIGTERM]

    /// Watches until `stop` is called.
    init(_ body: @escaping @Sendable (_ signal: Int32) -> Void) {
        SignalPipe.start()
        SignalPipe.body.withLock { $0 = body }
        for number in Self.numbers where !Self.isIgnored(number) {
            signal(number) { number in
                signal(number, SIG_DFL)
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(SignalPipe.writeEnd.load(ordering: .relaxed), &byte, 1)
            }
        }
    }

    /// Gives the signals their usual meaning again.
    func stop() {
        SignalPipe.body.withLock { $0 = nil }
        for number in Self.numbers where !Self.isIgnored(number) { signal(number, SIG_DFL) }
    }

    deinit {
        stop()
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is the address 1, which is no function to compare with.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}

/// From the signal handler to a thread that may do more than a handler may.
private enum SignalPipe {
    static let body = Mutex<(@Sendable (Int32) -> Void)?>(nil)
    static let writeEnd = Atomic<Int32>(-1)
    private static let isStarted = Mutex(false)

    static func start() {
        isStarted.withLock { isStarted in
            guard !isStarted else { return }
            isStarted = true
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return }
            writeEnd.store(ends[1], ordering: .relaxed)
            let readEnd = ends[0]
            Thread.detachNewThread {
                var byte: UInt8 = 0
                while read(readEnd, &byte, 1) == 1 {
                    body.withLock { $0 }?(Int32(byte))
                }
            }
        }
    }
}
