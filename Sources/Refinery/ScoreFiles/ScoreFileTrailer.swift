/// The last line of a score file: without it the file is not whole.
public struct ScoreFileTrailer: Sendable, Equatable {
    /// Documents with a chunk in it.
    public var documents = 0
    /// Rows of chunks.
    public var chunks = 0
    /// Rows of lines that were not taken.
    public var rejects = 0
    /// SHA-256 of every byte before the line, uncompressed.
    public var hash: ContentHash

    /// What the last line begins with.
    static let start: StaticString = "{\"row\":\"trailer\",\"documents\":"

    /// Writes it as a line without its end.
    func write(to json: inout JSONBytes) {
        json.constant(Self.start)
        json.integer(documents)
        json.constant(",\"chunks\":")
        json.integer(chunks)
        json.constant(",\"rejects\":")
        json.integer(rejects)
        json.constant(",\"sha256\":")
        json.hash(hash)
        json.constant("}")
    }
}

extension ScoreFileLine {
    /// Passes a trailer; nil where the line is none.
    mutating func trailer() throws(JSONError) -> ScoreFileTrailer? {
        guard passes(ScoreFileTrailer.start) else { return nil }
        let documents = try integer()
        try pass(",\"chunks\":")
        let chunks = try integer()
        try pass(",\"rejects\":")
        let rejects = try integer()
        try pass(",\"sha256\":")
        let hash = try hash()
        try pass("}")
        try end()
        return ScoreFileTrailer(
            documents: documents, chunks: chunks, rejects: rejects, hash: hash)
    }
}
