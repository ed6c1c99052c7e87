/// What became of one file: the answer to `POST /v1/imports`.
public struct ImportSummary: Codable, Sendable, Equatable {
    /// The job's number.
    public var job: Int64 = 0
    /// The corpus that took the documents.
    public var corpus = ""
    /// The file as named by the client.
    public var file = ""
    /// Documents that are new.
    public var added: Int64 = 0
    /// Documents that stood already with the same text.
    public var unchanged: Int64 = 0
    /// Documents whose text was replaced by a new version.
    public var replaced: Int64 = 0
    /// Lines that were not taken; `GET /v1/rejects` has the reasons.
    public var rejected: Int64 = 0
    /// Lines read.
    public var lines: Int64 = 0
    /// Bytes read, after decompression.
    public var bytes: Int64 = 0
    /// Documents with the text that stood already, whose domain or other fields were taken over.
    ///
    /// These three are nil for none.
    public var updated: Int64?
    /// Of those unchanged, how many have another domain or other fields in the store.
    public var differing: Int64?
    /// What became of the fields that become columns, by name; nil where none was asked for and none
    /// has a column already.
    public var fields: [String: FieldCounts]?
    /// The fields that the client named and no line has, by the parameter that named them.
    public var missingFields: [String: String]?
    /// The lowest number of the file's documents, those that stood already included.
    ///
    /// Null where there is none; with `last_document` it scopes `GET /v1/progress`.
    @NullEncoded public var firstDocument: Int64?
    /// The highest of those numbers.
    @NullEncoded public var lastDocument: Int64?

    /// Documents of the file that stand in the store now.
    public var documents: Int64 { added + unchanged + replaced + (updated ?? 0) }

    /// A summary to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case job, corpus, file, added, unchanged, replaced, rejected, lines, bytes
        case updated, differing, fields
        case missingFields = "missing_fields"
        case firstDocument = "first_document"
        case lastDocument = "last_document"
    }
}
