/// A document's text, waiting to be cut.
public struct DocumentText: Sendable, Equatable {
    /// Row id in `document`.
    public var id: Int64
    /// The text, UTF-8 bytes.
    public var text: [UInt8]
}

/// One piece of a document.
public struct ChunkCut: Sendable, Equatable {
    /// Its bytes in the document's text.
    public var range: Range<Int>
    /// How many tokens it has, tokenised by itself by the teacher's tokenizer.
    public var tokens: Int
    /// SHA-256 of its bytes, 32 bytes.
    public var sha256: [UInt8]

    /// A piece of the given parts.
    public init(range: Range<Int>, tokens: Int, sha256: [UInt8]) {
        self.range = range
        self.tokens = tokens
        self.sha256 = sha256
    }
}
