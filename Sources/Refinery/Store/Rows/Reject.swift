/// Why a line was not taken; the raw value is the stable word that `rejects` prints.
public enum RejectReason: String, Sendable, Codable, CaseIterable {
    /// The line is not JSON.
    case invalidJSON = "invalid_json"
    /// The text field is missing.
    case missingText = "missing_text"
    /// A field has a type that it must not have.
    case wrongType = "wrong_type"
    /// The text is empty or white space only.
    case emptyText = "empty_text"
    /// The bytes are not UTF-8.
    case invalidUTF8 = "invalid_utf8"
    /// An escape names a lone surrogate.
    case invalidUnicode = "invalid_unicode"
    /// The line is JSON, but not an object.
    case notAnObject = "not_an_object"
    /// The id stands already, with another text.
    case duplicateID = "duplicate_id"
    /// The line is longer than the limit.
    case lineTooLong = "line_too_long"
    /// A column's line names no document.
    case missingID = "missing_id"
    /// A column's line has no value.
    case missingValue = "missing_value"
    /// A column's line names a document that the corpus does not hold.
    case unknownDocument = "unknown_document"
    /// A column's line names a chunk that its document does not have.
    case unknownChunk = "unknown_chunk"
    /// A column's line names a document that is not cut into chunks yet.
    case notCut = "not_cut"
    /// The chunk has another value already.
    case duplicateValue = "duplicate_value"
}

/// A line that was not taken, with its reason.
public struct Reject: Sendable, Equatable {
    /// The line in its file, from 1.
    public var line: Int

    /// The document's id, where it could be read.
    public var id: [UInt8]?

    /// The stable word.
    public var reason: RejectReason

    /// What exactly was wrong, for people.
    public var detail: String

    /// A reject of the given parts.
    public init(line: Int, id: [UInt8]? = nil, reason: RejectReason, detail: String) {
        self.line = line
        self.id = id
        self.reason = reason
        self.detail = detail
    }
}

/// A line that was not taken: one line of `GET /v1/rejects`, `refinectl rejects --json`.
public struct RejectRecord: Codable, Sendable, Equatable {
    /// The corpus's name.
    public var corpus: String
    /// The file as named when it was enqueued.
    public var file: String
    /// The line in the file, from 1.
    public var line: Int
    /// The document's id, where it could be read; bytes that are not UTF-8 are replaced.
    @NullEncoded public var id: String?
    /// The stable word.
    public var reason: RejectReason
    /// What exactly was wrong, for people.
    public var detail: String
}
