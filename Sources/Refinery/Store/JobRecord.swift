/// What a user asked for.
public enum JobKind: String, Sendable, Codable, CaseIterable {
    /// A file's documents, or a column's values, arrive.
    case `import`
    /// Chunks are chosen.
    case selection
    /// A selection is written out.
    case export
}

/// Where a job stands: queued, running, then one of the three ends.
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

/// A job as `refinectl jobs --json` prints it; times in milliseconds since 1970, UTC.
public struct JobRecord: Sendable, Equatable, Codable {
    /// Row id.
    public var id: Int64
    /// What was asked for.
    public var kind: JobKind
    /// Where it stands.
    public var state: JobState
    /// The corpus that it is about.
    public var corpus: String?
    /// What exactly, for people, such as the file's name.
    public var detail: String?
    /// When it was asked for, ms.
    public var created: Int64
    /// When work on it began, ms.
    public var started: Int64?
    /// When it ended, ms.
    public var ended: Int64?
    /// Units done so far (lines of an import, rows of an export).
    public var done: Int64
    /// Units in all, where known.
    public var total: Int64?
    /// Why it failed.
    public var error: String?
}
