import Refinery

/// What `explain --json` prints: the daemon's report, and the tokens beside it.
struct ChunkExplanation: Encodable {
    /// What the daemon knows.
    let report: ChunkReport
    /// What was scored here; nil with `--plain`.
    let tokens: ChunkTokens?

    private enum CodingKeys: String, CodingKey {
        case tokens
        case referenceTokens = "reference_tokens"
    }

    /// Writes one object: the report's fields, `tokens`, and `reference_tokens`, null where they
    /// are the same.
    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tokens?.lines, forKey: .tokens)
        try container.encode(tokens?.referenceLines, forKey: .referenceTokens)
    }
}
