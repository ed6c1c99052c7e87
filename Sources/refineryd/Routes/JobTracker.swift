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
        return try follow(id, kind, corpus: corpus) { job in
            do {
                let value = try body(job)
                try store.finishJob(id, state: .succeeded)
                return value
            } catch is JobCancelled {
                try store.finishJob(id, state: .cancelled)
                throw JobCancelled()
            } catch {
                try store.finishJob(id, state: .failed, error: JobTracker.reason(error))
                throw error
            }
        }
    }

    /// Makes a job that records its own end cancellable, and tells of its transitions.
    func follow<Value>(
        _ id: Int64, _ kind: JobKind, corpus: String?,
        _ body: (JobRegistry.Running) throws -> Value
    ) throws -> Value {
        let job = jobs.enter(id, corpus: corpus)
        defer { jobs.leave(job) }
        var logger = logger
        logger[metadataKey: "job.id"] = "\(id)"
        logger[metadataKey: "job.kind"] = "\(kind.rawValue)"
        logger.notice("job started")
        do {
            let value = try body(job)
            logger.notice("job succeeded")
            return value
        } catch is JobCancelled {
            logger.notice("job cancelled")
            throw RequestError(.conflict, "job \(id) was cancelled")
        } catch {
            logger.notice("job failed", metadata: ["error": "\(JobTracker.reason(error))"])
            throw error
        }
    }

    /// An error's message without its hint, bounded.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as RequestError: error.body.error
        case let error as RefineryError: error.message
        case is CancellationError: "the client went away"
        case let error as ClientStalled:
            "the client took nothing for \(Int(error.seconds.rounded())) s"
        default: String("\(error)".prefix(1000))
        }
    }
}
