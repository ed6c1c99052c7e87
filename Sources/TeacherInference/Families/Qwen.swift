extension DecoderFamily {
    /// Qwen1.5, Qwen2 and Qwen2.5 (arXiv 2407.10671).
    static let qwen2 = DecoderFamily(
        name: "qwen2", ggufName: "qwen2", ggufPairing: .halves, attentionBiases: .queryKeyValue,
        window: .upperLayers)

    /// Qwen3's dense models (arXiv 2505.09388).
    static let qwen3 = DecoderFamily(
        name: "qwen3", ggufName: "qwen3", ggufPairing: .halves, attentionBiases: .configured,
        headNorm: .eachHead, window: .upperLayers)
}
