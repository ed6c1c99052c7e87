/// The part that a model plays in difference scoring.
public enum ModelRole: String, Sendable, Codable, CaseIterable {
    /// The large model whose taste is distilled.
    case teacher
    /// The small model that it is compared with.
    case reference
}

/// A model in a role that it plays or played.
public struct RoleAssignment: Sendable, Equatable {
    /// The role.
    public var role: ModelRole
    /// The model.
    public var model: Model
    /// Whether the role uses this model now.
    public var isCurrent: Bool

    /// A model in a role.
    public init(role: ModelRole, model: Model, isCurrent: Bool) {
        self.role = role
        self.model = model
        self.isCurrent = isCurrent
    }
}

/// One JSON object with the fields of both, as export manifests hold it.
extension RoleAssignment: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, role, path, fingerprint, architecture, parameters, tokenizer
        case tokenizerDigest = "tokenizer_digest"
        case contextRule = "context"
        case maxContext = "max_context"
        case isCurrent = "current"
    }

    /// Reads the object that `encode` writes.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        model = Model(
            path: try values.decode(String.self, forKey: .path),
            fingerprint: try values.decode(String.self, forKey: .fingerprint),
            architecture: try values.decode(String.self, forKey: .architecture),
            parameters: try values.decode(Int64.self, forKey: .parameters),
            tokenizer: try values.decode(String.self, forKey: .tokenizer),
            tokenizerDigest: try values.decode(String.self, forKey: .tokenizerDigest),
            contextRule: try values.decode(String.self, forKey: .contextRule),
            maxContext: try values.decode(Int.self, forKey: .maxContext))
        model.id = try values.decode(Int64.self, forKey: .id)
        role = try values.decode(ModelRole.self, forKey: .role)
        isCurrent = try values.decode(Bool.self, forKey: .isCurrent)
    }

    /// Writes every field of the model, its role, and whether the role uses it now.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(model.id, forKey: .id)
        try values.encode(role, forKey: .role)
        try values.encode(model.path, forKey: .path)
        try values.encode(model.fingerprint, forKey: .fingerprint)
        try values.encode(model.architecture, forKey: .architecture)
        try values.encode(model.parameters, forKey: .parameters)
        try values.encode(model.tokenizer, forKey: .tokenizer)
        try values.encode(model.tokenizerDigest, forKey: .tokenizerDigest)
        try values.encode(model.contextRule, forKey: .contextRule)
        try values.encode(model.maxContext, forKey: .maxContext)
        try values.encode(isCurrent, forKey: .isCurrent)
    }
}
