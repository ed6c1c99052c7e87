import HTTPTypes
import Logging
import Refinery

/// Ends a job that a user has cancelled.
struct JobCancelled: Error {}

/// Records a job from its beginning to its end, whatever that is.
struct JobTracker: Sendable {
    /// Where jobs are recorded.
    var store: Store
    /// The jobs that can be cancelled.
    var jobs: JobRegistry
    /// Where the transitions are told.
    var logger: Logger

    /// Runs `body` as a job; blocks.
    ///
    /// The job succeeds, or is cancelled where `body` throws `JobCancelled`, or fails with what
    /// it throws.
    func run<Value>(
        _ kind: JobKind, corpus: String?, detail: String?,
        _ body: (JobRegistry.Running) throws -> Value
    ) throws -> Value {
        let id = try store.beginJob(kind: kind, corpus: corpus, detail: detail)
        let job = jobs.enter(id, corpus: corpus)
        defer { jobs.leave(job) }
        var logger = logger
        logger[metadataKey: "job.id"] = "\(id)"
        logger[metadataKey: "job.kind"] = "\(kind.rawValue)"
        logger.notice("job started")
        do {
            let value = try body(job)
            try store.finishJob(id, state: .succeeded)
            logger.notice("job succeeded")
            return value
        } catch is JobCancelled {
            try store.finishJob(id, state: .cancelled)
            logger.notice("job cancelled")
            throw RequestError(.conflict, "job \(id) was cancelled")
        } catch {
            let reason = JobTracker.reason(error)
            try store.finishJob(id, state: .failed, error: reason)
            logger.notice("job failed", metadata: ["error": "\(reason)"])
            throw error
        }
    }

    /// An error's message without its hint, bounded.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as RequestError: error.body.error
        case let error as StoreError: error.message
        case is CancellationError: "the client went away"
        default: String("\(error)".prefix(1000))
        }
    }
}
