/// The order in which a selection is written.
public enum ExportOrder: String, Sendable, Codable, CaseIterable {
    /// By document as imported, then by place in it: ascending chunk id.
    case corpus
    /// Best first: ascending rank.
    case score
    /// At random, which depends on a seed and the texts alone.
    case shuffle
}

/// One chosen chunk, document, or run of chunks, with all that an export can say about it.
public struct ExportRow: Sendable, Equatable {
    /// Row id in `chunk`; of a document or a run its first chunk's.
    public var chunkID: Int64
    /// Row id in `document`.
    public var documentID: Int64
    /// The document's id, as bytes.
    public var document: [UInt8]
    /// Which chunk of the document, from 0; nil where the row is a whole document.
    public var ordinal: Int?
    /// The chunk's text, UTF-8 bytes.
    public var text: [UInt8]
    /// The document's domain, nil where it has none.
    public var domain: [UInt8]?
    /// The score that it was chosen by; of a run the mean by tokens.
    public var score: Double
    /// Σ NLL by the teacher, nats; NaN where it did not read all of it.
    public var teacherNLL: Double
    /// Σ NLL by the reference, nats.
    public var referenceNLL: Double
    /// Tokens that the teacher scored.
    public var tokens: Int
    /// Its place, from 1; of a run the best.
    public var rank: Int
    /// Its bytes in the document's text.
    public var range: Range<Int>
    /// Whether the document ends with it.
    public var isFinal: Bool
    /// The document's other fields as one JSON object, where asked for and present.
    public var fields: [UInt8]?
}
