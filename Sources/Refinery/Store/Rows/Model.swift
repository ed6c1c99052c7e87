/// A model that scores or has scored chunks of this store, whatever its role.
public struct Model: Sendable, Equatable {
    /// Row id in `model`; 0 before it is registered.
    public var id: Int64 = 0
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
    /// Which documents it was trained on, where its folder says so.
    public var slice: CorpusSlice?
    /// What is known of it where an engine serves it.
    public var served: ServedRecord?

    /// A model that is not registered yet.
    public init(
        path: String, fingerprint: String, architecture: String, parameters: Int64,
        tokenizer: String, tokenizerDigest: String, contextRule: String, maxContext: Int
    ) {
        self.path = path
        self.fingerprint = fingerprint
        self.architecture = architecture
        self.parameters = parameters
        self.tokenizer = tokenizer
        self.tokenizerDigest = tokenizerDigest
        self.contextRule = contextRule
        self.maxContext = maxContext
    }
}
