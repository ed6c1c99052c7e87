extension DecoderFamily {
    /// Mixtral (arXiv 2401.04088): Mistral with experts.
    ///
    /// GGUF calls it llama.
    static let mixtral = DecoderFamily(
        name: "mixtral", ggufName: "llama", ggufPairing: .neighbours, attentionBiases: .never,
        window: .everyLayer, ropeBase: 1_000_000,
        experts: Experts(
            widthField: "intermediate_size", ggufWidthKey: "feed_forward_length", normalizes: true,
            ggufNormalizes: true),
        keys: ConfigKeys(defaultKVHeads: 8, defaultContext: 131_072, defaultEpsilon: 1e-5),
        tensors: .mixture(.mixtral))

    /// Qwen3's mixtures (arXiv 2505.09388).
    static let qwen3MoE = DecoderFamily(
        name: "qwen3_moe", ggufName: "qwen3moe", ggufPairing: .halves,
        attentionBiases: .configured, headNorm: .eachHead, window: .everyLayerIfUsed,
        experts: Experts(
            widthField: "moe_intermediate_size", ggufWidthKey: "expert_feed_forward_length",
            normalizes: nil, ggufNormalizes: true, mayHaveDenseLayers: true),
        keys: ConfigKeys(defaultKVHeads: 4, defaultContext: 32768, defaultWindow: 4096),
        tensors: .mixture(.mlp))

    /// OLMoE (arXiv 2409.02060): queries and keys normed over all heads.
    static let olmoe = DecoderFamily(
        name: "olmoe", ggufName: "olmoe", ggufPairing: .halves, attentionBiases: .configured,
        headNorm: .allHeads,
        experts: Experts(
            widthField: "intermediate_size", ggufWidthKey: "feed_forward_length", normalizes: nil,
            ggufNormalizes: false),
        ggufMayTieHead: false, keys: ConfigKeys(defaultContext: 4096, defaultEpsilon: 1e-5),
        tensors: .mixture(.mlp))
}

extension TensorNames {
    fileprivate static func mixture(_ experts: ExpertNames) -> TensorNames {
        var names = TensorNames.llama
        names.experts = experts
        return names
    }
}
