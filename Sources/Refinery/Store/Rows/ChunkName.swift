/// What names a chunk: its number in the store, and its place in a document as exports print it.
public struct ChunkName: Codable, Sendable, Equatable {
    /// The chunk's number.
    public var chunk: Int64
    /// The corpus of its document.
    public var corpus: String
    /// The document's id; bytes that are not UTF-8 are replaced.
    public var document: String
    /// Which chunk of the document it is, from 0.
    public var ordinal: Int
}
