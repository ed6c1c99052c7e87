/// A model as `GET /v1/models` and `refinectl models --json` print it.
public struct ModelReport: Codable, Sendable, Equatable {
    /// `teacher` or `reference`.
    public var role = ""
    /// Where it was loaded from last.
    public var path = ""
    /// SHA-256 of all that decides its scores, 64 hexadecimal digits.
    public var fingerprint = ""
    /// The architecture, such as `llama`.
    public var architecture = ""
    /// Number of parameters.
    public var parameters: Int64 = 0
    /// The tokenizer in words.
    public var tokenizer = ""
    /// The context rule: `none`, `bos` or a token's spelling.
    public var context = ""
    /// Whether its role uses it now.
    public var current = true

    /// A report to fill in.
    public init() {}

    /// The report of a recorded model.
    public init(_ record: ModelRecord) {
        role = record.role.rawValue
        path = record.path
        fingerprint = record.fingerprint
        architecture = record.architecture
        parameters = record.parameters
        tokenizer = record.tokenizer
        context = record.contextRule
        current = record.isCurrent
    }
}
