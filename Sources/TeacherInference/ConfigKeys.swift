/// How a family's config.json spells the sizes that every family has, and what transformers takes
/// where they are not there.
struct ConfigKeys: Sendable {
    var hiddenSize = "hidden_size"
    var layers = "num_hidden_layers"
    var heads = "num_attention_heads"
    /// Nil where each query head has its own keys.
    var kvHeads: String? = "num_key_value_heads"
    /// Nil where a head is always the hidden size by the heads.
    var headSize: String? = "head_dim"
    /// Where ``headSize`` is not there; nil for the hidden size by the heads.
    var defaultHeadSize: Int?
    var feedForward = "intermediate_size"
    /// Where ``feedForward`` is not there: so many times the hidden size; nil for an error.
    var defaultFeedForward: Int?
    var context = "max_position_embeddings"
    var epsilon = "rms_norm_eps"
    var defaultEpsilon = 1e-6
    var activation = "hidden_act"
    /// Other names of RoPE's base and of the part of a head that rotates.
    var ropeBase: [String] = []
    var rotatedPart: [String] = []
    /// Fields that transformers reads and that must be true, as they are by default.
    var mustBeTrue: [String] = []
    /// Fields that must say what another field says, if they are there.
    var synonyms: [String: String] = [:]
    /// Fields that do not change a log-prob in this family.
    var harmless: Set<String> = []
}
