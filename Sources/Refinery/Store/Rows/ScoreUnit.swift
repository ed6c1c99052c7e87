/// What the scores of a selection are divided by.
public enum ScoreUnit: String, Sendable, Codable {
    /// Nats a token: both models see the same tokens.
    case token
    /// Nats a byte: their tokenizers or context rules differ.
    case byte
}
