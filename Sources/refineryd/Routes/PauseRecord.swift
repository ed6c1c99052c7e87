import Logging
import Refinery

/// Records in the store whether scoring is paused, so that a restart stays paused.
///
/// A store that takes nothing for now holds up neither who pauses nor who resumes: what was said
/// last is recorded as soon as it can be.
actor PauseRecord {
    private let store: Store
    private let threads: BlockingThreads
    private let logger: Logger
    private var wanted = false
    private var isWriting = false

    /// How long a request waits for the record.
    private static let patience = Duration.seconds(2)
    /// The pause after a failure.
    private static let retry = Duration.seconds(5)

    /// A record in a store.
    init(_ store: Store, _ threads: BlockingThreads, logger: Logger) {
        self.store = store
        self.threads = threads
        self.logger = logger
    }

    /// Records it, and waits for that for a while.
    func record(_ isPaused: Bool) async {
        wanted = isPaused
        if !isWriting {
            isWriting = true
            Task { await write() }
        }
        let end = ContinuousClock.now + Self.patience
        while isWriting, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func write() async {
        defer { isWriting = false }
        while true {
            let (value, store) = (wanted, store)
            do {
                try await threads.query { try store.setPaused(value) }
                if wanted == value { return }
            } catch {
                logger.warning(
                    "whether scoring is paused is not recorded yet",
                    metadata: ["error": "\(error)"])
                do { try await Task.sleep(for: Self.retry) } catch { return }
            }
        }
    }
}
