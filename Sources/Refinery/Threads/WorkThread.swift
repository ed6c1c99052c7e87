import Foundation

/// A thread for work that blocks.
///
/// Foundation's `Thread` says nothing where the system has no thread to give, and whoever waits for
/// it waits for ever.
public enum WorkThread {
    /// No thread could be had.
    public struct Failure: Error, CustomStringConvertible {
        /// What failed, and what to do about it.
        public let description: String
    }

    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a thread of its own, with 8 MiB of stack.
    ///
    /// - Throws: ``Failure`` where the system has none to give.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
        let handed = Unmanaged.passRetained(Body(name, body))
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { room in
            // SAFETY: initialised by pthread_attr_init before it is read, and destroyed after.
            guard let attributes = room.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, 8 << 20)
            pthread_attr_setdetachstate(attributes, CInt(PTHREAD_CREATE_DETACHED))
            var thread = pthread_t()
            return pthread_create(&thread, attributes, Self.enter, handed.toOpaque())
        }
        guard code == 0 else {
            handed.release()
            throw Failure(
                description: "cannot start a thread: \(String(cString: strerror(code)))\n"
                    + "hint: raise ulimit -v, ulimit -u or the unit's TasksMax")
        }
    }

    private static let enter:
        @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
            handed in
            // SAFETY: what was handed over is a `Body`, retained for this thread alone.
            guard let handed else { return nil }
            let body = Unmanaged<Body>.fromOpaque(handed).takeRetainedValue()
            Thread.current.name = body.name
            body.run()
            return nil
        }
}
