/// What a selection keeps or leaves as one.
public enum ItemUnit: String, Sendable, Codable, CaseIterable {
    /// A chunk.
    case chunk
    /// A whole document: its chunks' sums.
    case document
}
