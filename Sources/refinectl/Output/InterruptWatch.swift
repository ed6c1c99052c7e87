import Dispatch
import Foundation

/// Calls back on Ctrl-C and SIGTERM instead of letting them end the process at once.
///
/// While one exists the signals are held; a second one always ends the process.
final class InterruptWatch: Sendable {
    // SAFETY (nonisolated(unsafe)): written in init only; the sources are thread-safe.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Watches until it is deallocated or `stop` is called.
    init(_ body: @escaping @Sendable (_ signal: Int32) -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                signal(number, SIG_DFL)
                body(number)
            }
            source.resume()
            return source
        }
    }

    /// Gives the signals their usual meaning again.
    func stop() {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    deinit {
        stop()
    }
}
