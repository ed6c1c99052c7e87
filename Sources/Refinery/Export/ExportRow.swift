/// The order in which a selection is written.
public enum ExportOrder: String, Sendable, Codable, CaseIterable {
    /// By document as imported, then by place in it: ascending chunk id.
    case corpus
    /// Best first: ascending rank.
    case score
}

/// One chosen chunk with all that an export can say about it.
public struct ExportRow: Sendable, Equatable {
    /// Row id in `chunk`.
    public var chunkID: Int64
    /// The document's id, as bytes.
    public var document: [UInt8]
    /// Which chunk of the document, from 0.
    public var ordinal: Int
    /// The chunk's text, UTF-8 bytes.
    public var text: [UInt8]
    /// The document's domain, nil where it has none.
    public var domain: [UInt8]?
    /// The difference that it was chosen by.
    public var score: Double
    /// Σ NLL by the teacher, nats.
    public var teacherNLL: Double
    /// Σ NLL by the reference, nats.
    public var referenceNLL: Double
    /// Tokens that the teacher scored.
    public var tokens: Int
    /// Its place, from 1.
    public var rank: Int
    /// The document's other fields as one JSON object, where asked for and present.
    public var fields: [UInt8]?
}
