/// What a user asked for.
public enum JobKind: String, Sendable, Codable, CaseIterable {
    /// A file's documents, or a column's values, arrive.
    case `import`
    /// Chunks are chosen.
    case selection
    /// A selection is written out.
    case export
}

/// How far a job is: queued, running, then one of the three ends.
public enum JobState: String, Sendable, Codable, CaseIterable {
    /// Waiting to start.
    case queued
    /// At work.
    case running
    /// Done.
    case succeeded
    /// Ended with an error.
    case failed
    /// Ended by the user.
    case cancelled

    /// Whether nothing more will happen to the job.
    public var isFinal: Bool { self != .queued && self != .running }
}

/// What a user asked for and how far it is: `GET /v1/jobs`, `refinectl jobs --json`.
///
/// Times are integer milliseconds since 1970, UTC.
public struct JobRecord: Codable, Sendable, Equatable {
    /// The job's number.
    public var id: Int64
    /// What was asked for.
    public var kind: JobKind
    /// How far it is.
    public var state: JobState
    /// The corpus that it is about.
    @NullEncoded public var corpus: String?
    /// What exactly, for people, such as the file's name.
    @NullEncoded public var detail: String?
    /// When it was asked for.
    public var created: Int64
    /// When work on it began.
    @NullEncoded public var started: Int64?
    /// When it ended.
    @NullEncoded public var ended: Int64?
    /// Units done so far: lines of an import, chunks of a selection, rows of an export.
    ///
    /// Of a selection that is being made they are those of its ``part``.
    public var done: Int64
    /// Units in all, where known.
    @NullEncoded public var total: Int64?
    /// Why it failed.
    @NullEncoded public var error: String?
    /// The part of a selection that is being made; absent otherwise.
    public var part: String?
}
