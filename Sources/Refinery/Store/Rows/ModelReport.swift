/// A model as `GET /v1/models` and `refinectl models --json` print it.
public struct ModelReport: Codable, Sendable, Equatable {
    /// The role that it plays or played.
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
    /// The context rule: `none`, `bos` or a token's spelling.
    public var context: String
    /// Whether its role uses it now.
    public var current: Bool

    /// The report of a model in a role.
    public init(_ assignment: RoleAssignment) {
        self.init(assignment.model, as: assignment.role, isCurrent: assignment.isCurrent)
    }

    /// The report of a model in a role.
    public init(_ model: Model, as role: ModelRole, isCurrent: Bool = true) {
        self.role = role
        path = model.path
        fingerprint = model.fingerprint
        architecture = model.architecture
        parameters = model.parameters
        tokenizer = model.tokenizer
        context = model.contextRule
        current = isCurrent
    }
}
