extension DecoderFamily {
    /// GPT-2: learned positions, LayerNorm, GELU without a gate, and matrices that Hugging Face
    /// stores transposed (Conv1D).
    static let gpt2 = DecoderFamily(
        name: "gpt2", ggufName: "gpt2", ggufPairing: .halves, attentionBiases: .always,
        feedForwardBiases: .always, norm: .layer, isGated: false, activation: .geluTanh,
        positions: .learned, tiesHead: true,
        keys: ConfigKeys(
            hiddenSize: "n_embd", layers: "n_layer", heads: "n_head", kvHeads: nil, headSize: nil,
            feedForward: "n_inner", defaultFeedForward: 4, context: "n_positions",
            defaultContext: 1024,
            epsilon: "layer_norm_epsilon", defaultEpsilon: 1e-5,
            activation: "activation_function", mustBeTrue: ["scale_attn_weights"],
            synonyms: ["n_ctx": "n_positions"],
            harmless: [
                "_num_labels", "attn_pdrop", "embd_pdrop", "gradient_checkpointing",
                // Says only where half-precision training rounds.
                "reorder_and_upcast_attn",
                "resid_pdrop", "summary_activation", "summary_first_dropout",
                "summary_proj_to_labels", "summary_type", "summary_use_proj",
            ]),
        tensors: .gpt2)
}

extension TensorNames {
    fileprivate static let gpt2 = TensorNames(
        prefixes: ["transformer."], wrappers: ["_orig_mod."], embedding: "wte", positions: "wpe",
        heads: ["lm_head"],
        finalNorm: "ln_f", attentionNorm: "h.{}.ln_1", feedForwardNorm: "h.{}.ln_2",
        queryKeyValue: "h.{}.attn.c_attn", attentionOutput: "h.{}.attn.c_proj",
        up: "h.{}.mlp.c_fc", down: "h.{}.mlp.c_proj", areTransposed: true,
        // Buffers of old checkpoints: the causal mask, and what stands for minus infinity in it.
        ignorable: { $0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias") })
}
