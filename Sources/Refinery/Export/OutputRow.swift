/// What an export says of a chunk, a document or a run of chunks: an ``ExportRow`` without the
/// store's row ids, which a client does not learn.
public struct OutputRow: Sendable, Equatable {
    /// The document's id, as bytes.
    public var document: [UInt8]
    /// Which chunk of the document, from 0; nil where the row is no chunk.
    public var ordinal: Int?
    /// The text, UTF-8 bytes.
    public var text: [UInt8]
    /// The document's domain, nil where it has none.
    public var domain: [UInt8]?
    /// The score that it was chosen by.
    public var score: Double
    /// Σ NLL by the teacher, nats; NaN where it did not read all of it, null in JSON.
    public var teacherNLL: Double
    /// Σ NLL by the reference, nats.
    public var referenceNLL: Double
    /// Tokens that the teacher scored.
    public var tokens: Int
    /// Its place, from 1.
    public var rank: Int
    /// Its bytes in the document's text.
    public var range: Range<Int>
    /// Whether the document ends with it.
    public var isFinal: Bool
    /// The document's other fields as one JSON object, where asked for and present.
    public var fields: [UInt8]?

    /// What an export says of a row of the store.
    public init(_ row: ExportRow) {
        document = row.document
        ordinal = row.ordinal
        text = row.text
        domain = row.domain
        score = row.score
        teacherNLL = row.teacherNLL
        referenceNLL = row.referenceNLL
        tokens = row.tokens
        rank = row.rank
        range = row.range
        isFinal = row.isFinal
        fields = row.fields
    }

    /// Whether the row goes on where `other` ended.
    func continues(_ other: OutputRow.End) -> Bool {
        !other.isFinal && range.lowerBound == other.place && document == other.document
    }

    /// Where a row ended.
    struct End {
        let document: [UInt8]
        let place: Int
        let isFinal: Bool

        init(_ row: OutputRow) {
            document = row.document
            place = row.range.upperBound
            isFinal = row.isFinal
        }
    }
}
