/// The part that a model plays in difference scoring.
public enum ModelRole: String, Sendable, Codable, CaseIterable {
    /// The large model whose taste is distilled.
    case teacher
    /// The small model that it is compared with.
    case reference
}

/// A model that scores or has scored chunks of this store.
public struct ModelRecord: Sendable, Equatable, Codable {
    /// Row id in `model`; 0 before it is registered.
    public var id: Int64 = 0
    /// The role it plays or, where it is not current, played.
    public var role: ModelRole
    /// Where it was loaded from last.
    public var path: String
    /// SHA-256 of all that decides its scores, 64 hexadecimal digits.
    public var fingerprint: String
    /// The architecture, such as `llama`.
    public var architecture: String
    /// Number of parameters.
    public var parameters: Int64
    /// The tokenizer in words.
    public var tokenizer: String
    /// SHA-256 of the tokenizer's content, in hexadecimal; equal for equal tokenizers.
    public var tokenizerDigest: String
    /// The context rule: `none`, `bos` or a token's spelling.
    public var contextRule: String
    /// Tokens that fit its context.
    public var maxContext: Int
    /// Whether it is the model that its role uses now.
    public var isCurrent: Bool = true

    /// A model that is not registered yet.
    public init(
        role: ModelRole, path: String, fingerprint: String, architecture: String,
        parameters: Int64, tokenizer: String, tokenizerDigest: String, contextRule: String,
        maxContext: Int
    ) {
        self.role = role
        self.path = path
        self.fingerprint = fingerprint
        self.architecture = architecture
        self.parameters = parameters
        self.tokenizer = tokenizer
        self.tokenizerDigest = tokenizerDigest
        self.contextRule = contextRule
        self.maxContext = maxContext
    }

    private enum CodingKeys: String, CodingKey {
        case id, role, path, fingerprint, architecture, parameters, tokenizer
        case tokenizerDigest = "tokenizer_digest"
        case contextRule = "context"
        case maxContext = "max_context"
        case isCurrent = "current"
    }
}
