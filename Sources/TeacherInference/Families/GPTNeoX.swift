extension DecoderFamily {
    /// GPT-NeoX and Pythia (arXiv 2204.06745, 2304.01373): attention and feed-forward side by side,
    /// a part of each head rotates, queries, keys and values are fused head by head.
    static let gptNeoX = DecoderFamily(
        name: "gpt_neox", ggufName: "gptneox", ggufPairing: .halves,
        attentionBiases: .unlessConfigured, feedForwardBiases: .always, norm: .layer,
        mayBeParallel: true, isGated: false, activation: .geluErf,
        // GPT-NeoX-20B's: its config.json says gelu_fast.
        ggufActivations: [44: .geluTanh], rotatedPart: 0.25,
        ggufMayTieHead: false,
        keys: ConfigKeys(
            kvHeads: nil, headSize: nil, epsilon: "layer_norm_eps", defaultEpsilon: 1e-5,
            ropeBase: ["rotary_emb_base"], rotatedPart: ["rotary_pct"],
            harmless: [
                "attention_probs_dropout_prob", "classifier_dropout", "hidden_dropout",
                "hidden_dropout_prob",
            ]),
        tensors: .gptNeoX)
}

extension TensorNames {
    fileprivate static let gptNeoX = TensorNames(
        prefixes: ["gpt_neox."], wrappers: ["_orig_mod."], embedding: "embed_in",
        heads: ["embed_out", "lm_head"],
        finalNorm: "final_layer_norm", attentionNorm: "layers.{}.input_layernorm",
        feedForwardNorm: "layers.{}.post_attention_layernorm",
        queryKeyValue: "layers.{}.attention.query_key_value", interleavesHeads: true,
        attentionOutput: "layers.{}.attention.dense", up: "layers.{}.mlp.dense_h_to_4h",
        down: "layers.{}.mlp.dense_4h_to_h",
        ignorable: {
            $0.hasSuffix(".attention.bias") || $0.hasSuffix(".attention.masked_bias")
                || $0.hasSuffix(".rotary_emb.inv_freq")
        })
}
