/// What a row of a score file says of a text.
struct ImportedScore {
    /// Row id of the chunk that had this text when it was looked for.
    var chunk: Int
    /// SHA-256 of the text.
    var hash: ContentHash
    /// The document's line in the shard.
    var line: Int
    /// The chunk's number within the document, from 0.
    var ordinal: Int
    /// What the teacher found.
    var teacher: ChunkScore.Outcome
    /// What the reference found.
    var reference: ChunkScore.Outcome

    /// Bytes of the reasons of its failures.
    var reasonBytes: Int {
        [teacher, reference].reduce(0) { sum, outcome in
            if case .failed(let reason) = outcome { sum + reason.utf8.count } else { sum }
        }
    }
}
