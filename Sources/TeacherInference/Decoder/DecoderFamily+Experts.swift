extension DecoderFamily {
    /// How the files of a family tell of its experts.
    struct Experts: Sendable {
        /// config.json's field of an expert's width.
        var widthField: String
        /// GGUF's key of it, without the architecture.
        var ggufWidthKey: String
        /// Whether the weights of a token's experts are made to sum to 1; nil where config.json's
        /// `norm_topk_prob` says.
        var normalizes: Bool?
        /// The same of a GGUF file, which does not say: what llama.cpp does.
        var ggufNormalizes: Bool
        /// Whether layers may be dense: `decoder_sparse_step` and `mlp_only_layers`.
        var mayHaveDenseLayers = false
    }
}
