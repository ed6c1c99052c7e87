extension DecoderFamily {
    /// Llama 1 to 3, TinyLlama, SmolLM and SmolLM2 (arXiv 2302.13971, 2407.21783).
    static let llama = DecoderFamily(
        name: "llama", ggufName: "llama", ggufPairing: .neighbours, attentionBiases: .configured,
        feedForwardBiases: .configured)

    /// Mistral (arXiv 2310.06825).
    ///
    /// GGUF calls it llama and knows no window for it.
    static let mistral = DecoderFamily(
        name: "mistral", ggufName: nil, ggufPairing: .neighbours, attentionBiases: .never,
        window: .everyLayer,
        keys: ConfigKeys(defaultKVHeads: 8, defaultContext: 131_072, defaultWindow: 4096))
}
