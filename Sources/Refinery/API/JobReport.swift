/// What a user asked for and how far it is: `GET /v1/jobs`, `refinectl jobs --json`.
///
/// Times are integer milliseconds since 1970, UTC.
public struct JobReport: Codable, Sendable, Equatable {
    /// The job's number.
    public var id: Int64 = 0
    /// `import`, `selection` or `export`.
    public var kind = ""
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    public var state = ""
    /// The corpus that it is about.
    @NullEncoded public var corpus: String?
    /// What exactly, for people, such as the file's name.
    @NullEncoded public var detail: String?
    /// When it was asked for.
    public var created: Int64 = 0
    /// When work on it began.
    @NullEncoded public var started: Int64?
    /// When it ended.
    @NullEncoded public var ended: Int64?
    /// Units done so far: lines of an import, chunks of a selection, rows of an export.
    public var done: Int64 = 0
    /// Units in all, where known.
    @NullEncoded public var total: Int64?
    /// Why it failed.
    @NullEncoded public var error: String?

    /// A report to fill in.
    public init() {}

    /// The report of a recorded job.
    public init(_ record: JobRecord) {
        id = record.id
        kind = record.kind.rawValue
        state = record.state.rawValue
        corpus = record.corpus
        detail = record.detail
        created = record.created
        started = record.started
        ended = record.ended
        done = record.done
        total = record.total
        error = record.error
    }
}
