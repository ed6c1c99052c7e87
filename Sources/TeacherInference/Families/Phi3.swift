extension DecoderFamily {
    /// Phi-3 and Phi-4 (arXiv 2404.14219): fused projections, a window, a part of each head rotates.
    static let phi3 = DecoderFamily(
        name: "phi3", ggufName: "phi3", ggufPairing: .halves, attentionBiases: .never,
        window: .everyLayer, rotatedPart: 1,
        keys: ConfigKeys(
            headSize: nil, defaultContext: 4096, defaultEpsilon: 1e-5,
            // Names from before transformers 4.41, with LongRoPE's meaning.
            longRoPENames: ["longrope", "su", "yarn"], defaultOriginalContext: 4096,
            harmless: [
                "embd_pdrop", "resid_pdrop",
                // Phi-4-mini's; transformers reads neither.
                "full_attn_mod", "interpolate_factor",
                // Part of longrope, says nothing without it.
                "original_max_position_embeddings",
            ]),
        tensors: .phi3)
}

extension TensorNames {
    fileprivate static let phi3 = {
        var names = TensorNames.llama
        (names.query, names.key, names.value) = (nil, nil, nil)
        names.queryKeyValue = "layers.{}.self_attn.qkv_proj"
        (names.gate, names.up) = (nil, "layers.{}.mlp.gate_up_proj")
        return names
    }()
}
