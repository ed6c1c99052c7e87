/// One document as a corpus file gave it.
public struct ImportedDocument: Sendable, Equatable {
    /// The document's id in its corpus, as bytes; never empty.
    public var id: [UInt8]

    /// The text, valid UTF-8, as bytes; it may hold NUL.
    public var text: [UInt8]

    /// The domain the line named, nil where it named none.
    public var domain: [UInt8]?

    /// The line's other fields as one JSON object, raw bytes; nil where there are none.
    public var fields: [UInt8]?

    /// The line in its file, from 1.
    public var line: Int

    /// A document of the given parts.
    public init(
        id: [UInt8], text: [UInt8], domain: [UInt8]? = nil, fields: [UInt8]? = nil, line: Int
    ) {
        self.id = id
        self.text = text
        self.domain = domain
        self.fields = fields
        self.line = line
    }
}
