/// What became of a column's file: the answer to `POST /v1/columns`.
public struct ColumnImportSummary: Codable, Sendable, Equatable {
    /// The job's number.
    public var job: Int64
    /// The column.
    public var column: String
    /// What its values are; null where no line was taken and none was there.
    @NullEncoded public var kind: ColumnKind?
    /// The corpus that the ids are of.
    public var corpus: String
    /// The file as named by the client.
    public var file: String
    /// SHA-256 of its bytes, in hexadecimal.
    public var sha256 = ""
    /// Chunks that got a value.
    public var added: Int64 = 0
    /// Chunks that had the value already.
    public var unchanged: Int64 = 0
    /// Chunks that had another one.
    public var replaced: Int64 = 0
    /// Lines that were not taken; `GET /v1/rejects` has the reasons.
    public var rejected: Int64 = 0
    /// Lines read.
    public var lines: Int64 = 0
    /// Of these the first ones, which an import that broke off had brought; not counted above.
    public var resumed: Int64
    /// The fields that the client named and no line has, by parameter; nil for none.
    ///
    /// An import that goes on asks this of the lines that it adds.
    public var missingFields: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case job, column, kind, corpus, file, sha256, added, unchanged, replaced, rejected, lines
        case resumed
        case missingFields = "missing_fields"
    }

    /// A summary to fill in.
    init(job: Int64, _ order: ColumnImportJob.Order, resumed: Int) {
        self.job = job
        self.resumed = Int64(resumed)
        column = order.column
        corpus = order.corpus
        file = order.file
    }
}
