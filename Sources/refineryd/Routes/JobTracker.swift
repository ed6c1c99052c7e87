import HTTPTypes
import Logging
import Refinery

/// Records a job from its beginning to its end, whatever that is.
struct JobTracker: Sendable {
    /// Where jobs are recorded.
    var store: Store
    /// The jobs that can be cancelled.
    var jobs: JobRegistry
    /// Where the transitions are told.
    var logger: Logger

    /// Runs `body` as a job that can be cancelled; blocks.
    ///
    /// The job succeeds, or is cancelled where `body` throws `JobCancelled`, or fails with what
    /// it throws.
    func run<Value>(
        _ kind: JobKind, corpus: String?, detail: String?,
        _ body: (JobRegistry.Running) throws -> Value
    ) throws -> Value {
        let id = try store.beginJob(kind: kind, corpus: corpus, detail: detail)
        // The end is recorded while the job counts as running: a daemon that drains waits for it.
        return try follow(id, kind, corpus: corpus) { job in
            try JobLog(store).ending(id) { try body(job) }
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
        } catch let error as JobCancelled {
            logger.notice("job cancelled")
            throw error
        } catch {
            logger.notice("job failed", metadata: ["error": "\(JobLog.reason(error))"])
            throw error
        }
    }
}
