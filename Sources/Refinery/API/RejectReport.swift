/// A line that was not taken: one line of `GET /v1/rejects`, `refinectl rejects --json`.
public struct RejectReport: Codable, Sendable, Equatable {
    /// The corpus's name.
    public var corpus = ""
    /// The file as named when it was enqueued.
    public var file = ""
    /// The line in the file, from 1.
    public var line = 0
    /// The document's id, where it could be read; bytes that are not UTF-8 are replaced.
    @NullEncoded public var id: String?
    /// The stable word, such as `invalid_json`.
    public var reason = ""
    /// What exactly was wrong, for people.
    public var detail = ""

    /// A report to fill in.
    public init() {}

    /// The report of a recorded reject.
    public init(_ record: RejectRecord) {
        corpus = record.corpus
        file = record.file
        line = record.line
        id = record.id
        reason = record.reason.rawValue
        detail = record.detail
    }
}
