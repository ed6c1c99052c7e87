extension DecoderFamily {
    /// Qwen1.5, Qwen2 and Qwen2.5 (arXiv 2407.10671).
    static let qwen2 = DecoderFamily(
        name: "qwen2", ggufName: "qwen2", ggufPairing: .halves, attentionBiases: .queryKeyValue,
        window: .upperLayers,
        keys: ConfigKeys(defaultKVHeads: 32, defaultContext: 32768, defaultWindow: 4096))

    /// Qwen3's dense models (arXiv 2505.09388).
    static let qwen3 = DecoderFamily(
        name: "qwen3", ggufName: "qwen3", ggufPairing: .halves, attentionBiases: .configured,
        headNorm: .eachHead, window: .upperLayers,
        keys: ConfigKeys(
            defaultKVHeads: 32, defaultHeadSize: 128, defaultContext: 32768, defaultWindow: 4096))
}
