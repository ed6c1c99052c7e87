/// A chunk without its text, and what both models of a pair found out about it.
public struct ScoredChunk: Sendable, Equatable {
    /// The document's id in its corpus, UTF-8.
    public var document: [UInt8]
    /// SHA-256 of the document's text.
    public var documentHash: ContentHash
    /// The document's domain, UTF-8; nil for none.
    public var domain: [UInt8]?
    /// The document's line in its file, from 1; 0 for a file that is one text.
    public var line: Int
    /// Its number within the document, from 0.
    public var ordinal: Int
    /// Its bytes in the document's text.
    public var range: Range<Int>
    /// SHA-256 of its text.
    public var hash: ContentHash
    /// What the teacher found.
    public var teacher: ChunkScore.Outcome
    /// What the reference found.
    public var reference: ChunkScore.Outcome

    /// A chunk of the given parts.
    public init(
        document: [UInt8], documentHash: ContentHash, domain: [UInt8]?, line: Int, ordinal: Int,
        range: Range<Int>, hash: ContentHash, teacher: ChunkScore.Outcome,
        reference: ChunkScore.Outcome
    ) {
        self.document = document
        self.documentHash = documentHash
        self.domain = domain
        self.line = line
        self.ordinal = ordinal
        self.range = range
        self.hash = hash
        self.teacher = teacher
        self.reference = reference
    }
}
