/// Where a format keeps each tensor of a family.
///
/// Names are without `.weight` and `.bias`; `{}` stands for the layer's number. Nil for tensors that
/// the format or the family does not have.
struct TensorNames: Sendable {
    /// What may stand in front of every name but the head's, the first that the file has it under:
    /// checkpoints of a model without its head have nothing there.
    var prefixes: [String] = []
    /// What may stand in front of every name in the file: a module that wraps the model.
    var wrappers: [String] = []
    /// The embedding, and the head where the two are tied.
    var embedding: String
    /// Learned positions.
    var positions: String?
    /// The head's, in the order of preference.
    var heads: [String]
    /// The norm before the head.
    var finalNorm: String
    /// The norm of what attention reads.
    var attentionNorm: String?
    /// The norm of what attention adds.
    var attentionPostNorm: String?
    /// The norm of what the feed-forward reads.
    var feedForwardNorm: String?
    /// The norm of what the feed-forward adds.
    var feedForwardPostNorm: String?
    /// Queries' projection.
    var query: String?
    /// Keys' projection.
    var key: String?
    /// Values' projection.
    var value: String?
    /// Queries, keys and values in one matrix, where the file has it.
    var queryKeyValue: String?
    /// Whether that matrix has a head's query, key and value side by side, in place of all queries,
    /// all keys and all values.
    var interleavesHeads = false
    /// The norm of queries, where the family has one.
    var queryNorm = "layers.{}.self_attn.q_norm"
    /// The norm of keys.
    var keyNorm = "layers.{}.self_attn.k_norm"
    /// Attention's output projection.
    var attentionOutput: String
    /// Nil where the feed-forward has no gate, or gate and up are one matrix, called `up`.
    var gate: String?
    /// The feed-forward's first projection, or gate and up in one matrix.
    var up: String
    /// The feed-forward's second projection.
    var down: String
    /// Those of a mixture of experts.
    var experts: ExpertNames?
    /// Whether the matrices of the layers are stored transposed, [inputs, outputs].
    var areTransposed = false
    /// Whether 1 is to be added to the norms' weights.
    var normsAreLessOne = false
    /// Tensors that are there and need not be read.
    var ignorable: @Sendable (String) -> Bool

    /// Hugging Face's names of Llama and of most families after it.
    static let llama = TensorNames(
        prefixes: ["model."], wrappers: ["_orig_mod."], embedding: "embed_tokens",
        heads: ["lm_head"], finalNorm: "norm",
        attentionNorm: "layers.{}.input_layernorm",
        feedForwardNorm: "layers.{}.post_attention_layernorm",
        query: "layers.{}.self_attn.q_proj", key: "layers.{}.self_attn.k_proj",
        value: "layers.{}.self_attn.v_proj", attentionOutput: "layers.{}.self_attn.o_proj",
        gate: "layers.{}.mlp.gate_proj", up: "layers.{}.mlp.up_proj",
        down: "layers.{}.mlp.down_proj",
        // Old checkpoints carry RoPE's frequencies as a buffer.
        ignorable: { $0.hasSuffix(".rotary_emb.inv_freq") })

    /// The names in a folder that has a vision part beside the decoder, as transformers 4 and 5
    /// save it.
    var besideVision: TensorNames {
        var names = self
        names.prefixes = prefixes.flatMap { ["language_model." + $0, $0 + "language_model."] }
        names.heads = heads.map { "language_model." + $0 } + heads
        names.ignorable = { [ignorable] name in
            let own = name.hasPrefix("model.") ? String(name.dropFirst(6)) : name
            return own.hasPrefix("vision_tower.") || own.hasPrefix("multi_modal_projector.")
                || ignorable(name)
        }
        return names
    }

    /// GGUF's names for what `family` has.
    static func gguf(_ family: DecoderFamily) -> TensorNames {
        let theirs = family.tensors
        return TensorNames(
            embedding: "token_embd", positions: theirs.positions.map { _ in "position_embd" },
            heads: ["output"], finalNorm: "output_norm",
            attentionNorm: theirs.attentionNorm.map { _ in "blk.{}.attn_norm" },
            attentionPostNorm: theirs.attentionPostNorm.map { _ in "blk.{}.post_attention_norm" },
            feedForwardNorm: theirs.feedForwardNorm.map { _ in "blk.{}.ffn_norm" },
            feedForwardPostNorm: theirs.feedForwardPostNorm.map { _ in "blk.{}.post_ffw_norm" },
            query: "blk.{}.attn_q", key: "blk.{}.attn_k", value: "blk.{}.attn_v",
            queryKeyValue: theirs.queryKeyValue.map { _ in "blk.{}.attn_qkv" },
            queryNorm: "blk.{}.attn_q_norm", keyNorm: "blk.{}.attn_k_norm",
            attentionOutput: "blk.{}.attn_output", gate: theirs.gate.map { _ in "blk.{}.ffn_gate" },
            up: "blk.{}.ffn_up", down: "blk.{}.ffn_down",
            experts: theirs.experts.map { _ in .gguf },
            ignorable: { ModelConfiguration.RoPE.Scaling.ggufTensors.contains($0) })
    }
}
