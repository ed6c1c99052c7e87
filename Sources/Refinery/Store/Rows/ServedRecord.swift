/// What is known of a model that an engine serves, as it was when the store first saw it.
public struct ServedRecord: Codable, Sendable, Equatable {
    /// The engine's kind: `vllm` or `sglang`.
    public var kind: String
    /// The model's name, as served.
    public var model: String
    /// The numbers that it is served in, as the operator says: `bfloat16`, `float32`.
    public var dtype: String
    /// What the operator calls the weights; nil where nobody named them.
    public var revision: String?
    /// What the engine itself called the weights; nil where it says nothing of them.
    public var reportedRevision: String?
    /// The path or hub name of the weights, as the engine says.
    public var root: String?
    /// The engine's version.
    public var engineVersion: String?
    /// The mean NLL of the canary, a fixed text, nats.
    public var canaryNLL: Double

    private enum CodingKeys: String, CodingKey {
        case kind, model, dtype, revision, root
        case reportedRevision = "reported_revision"
        case engineVersion = "engine_version"
        case canaryNLL = "canary_nll"
    }
}
