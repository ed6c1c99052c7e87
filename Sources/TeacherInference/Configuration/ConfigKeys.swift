/// How a family's config.json spells the sizes that every family has, and what transformers takes
/// where they are not there.
struct ConfigKeys: Sendable {
    /// The hidden size.
    var hiddenSize = "hidden_size"
    /// The number of layers.
    var layers = "num_hidden_layers"
    /// The number of query heads.
    var heads = "num_attention_heads"
    /// Where ``heads`` is not there; nil for an error.
    var defaultHeads: Int?
    /// Where `vocab_size` is not there; nil for an error.
    var defaultVocabulary: Int?
    /// Nil where each query head has its own keys.
    var kvHeads: String? = "num_key_value_heads"
    /// Where ``kvHeads`` is not there; nil, as null in its place, for as many as query heads.
    var defaultKVHeads: Int?
    /// Nil where a head is always the hidden size by the heads.
    var headSize: String? = "head_dim"
    /// Where ``headSize`` is not there; nil for the hidden size by the heads.
    var defaultHeadSize: Int?
    /// The width of the feed-forward.
    var feedForward = "intermediate_size"
    /// Where ``feedForward`` is not there: so many times the hidden size; nil for an error.
    var defaultFeedForward: Int?
    /// The longest sequence.
    var context = "max_position_embeddings"
    /// Where ``context`` is not there.
    var defaultContext = 2048
    /// Where `sliding_window` is not there; null in its place is no window.
    var defaultWindow: Int?
    /// The norms' ε.
    var epsilon = "rms_norm_eps"
    /// Where ``epsilon`` is not there.
    var defaultEpsilon = 1e-6
    /// The activation's name.
    var activation = "hidden_act"
    /// Other names of RoPE's base.
    var ropeBase: [String] = []
    /// Other names of the part of a head that rotates.
    var rotatedPart: [String] = []
    /// Names of LongRoPE's scaling.
    var longRoPENames: Set<String> = ["longrope"]
    /// The context that a scaling starts from, where `original_max_position_embeddings` is not
    /// beside it; nil for the scaling's own word.
    var defaultOriginalContext: Int?
    /// Fields that transformers reads and that must be true, as they are by default.
    var mustBeTrue: [String] = []
    /// Fields that must say what another field says, if they are there.
    var synonyms: [String: String] = [:]
    /// Fields that do not change a log-prob in this family.
    var harmless: Set<String> = []
}
