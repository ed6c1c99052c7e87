import Refinery
import TeacherInference

/// How long a thread waits for a client that sends nothing, or takes nothing.
struct ClientWait: Sendable {
    /// The longest wait in seconds where others wait for its place.
    static let crowdedSeconds = 30.0

    /// The longest wait in seconds.
    var seconds: Double
    /// Whether others wait for what this one holds.
    var isCrowded: @Sendable () -> Bool
    /// The job that the client waits for.
    var job: JobRegistry.Running?

    /// Waits in short spells until `isOver`, which waits for the milliseconds that it is given.
    ///
    /// - Throws: `JobCancelled` once the job is; `ClientStalled` once the client was waited for too
    ///   long.
    func wait(until isOver: (Int) -> Bool) throws {
        let clock = ContinuousClock()
        let began = clock.now
        while !isOver(250) {
            if let job, job.isCancelled { throw JobCancelled() }
            let limit = isCrowded() ? min(seconds, Self.crowdedSeconds) : seconds
            if clock.now - began > .seconds(limit) { throw ClientStalled(seconds: limit) }
        }
        if let job, job.isCancelled { throw JobCancelled() }
    }
}

/// A client that was waited for too long.
struct ClientStalled: ExplainedError {
    /// For how many seconds.
    var seconds: Double

    /// What happened.
    var message: String { "the client took nothing for \(Int(seconds.rounded())) s" }
    /// Nothing can be done about it.
    var hint: String? { nil }
}
