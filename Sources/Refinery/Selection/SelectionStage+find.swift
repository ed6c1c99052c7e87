extension SelectionStage {
    /// Chunks that are asked for by what names them outside the store.
    public enum ChunkQuery: Sendable, Equatable {
        /// A document's id, which of its chunks (nil: any), and its corpus (nil: any).
        case document(String, ordinal: Int?, corpus: String?)
        /// The SHA-256 of a chunk's text.
        case text([UInt8])
    }

    /// Names given back at most.
    public static let mostFound = 100

    /// The chunks that a query names, by corpus and ordinal; at most ``mostFound``.
    ///
    /// - Throws: ``RefineryError`` where the store cannot be read, or has no such corpus.
    public func find(_ query: ChunkQuery) throws -> [ChunkName] {
        try store.read { snapshot in
            switch query {
            case .document(let id, let ordinal, let corpus):
                try snapshot.chunks(
                    ofDocument: Array(id.utf8), ordinal: ordinal,
                    corpus: try snapshot.corpusID(corpus), limit: Self.mostFound)
            case .text(let sha256):
                try snapshot.chunks(sha256: sha256, limit: Self.mostFound)
            }
        }
    }
}
