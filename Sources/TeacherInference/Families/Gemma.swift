extension DecoderFamily {
    /// Gemma 2 (arXiv 2408.00118): a scaled embedding, norms around the sublayers, soft-caps, every
    /// other layer sees a window.
    static let gemma2 = {
        var family = gemma
        (family.name, family.ggufName) = ("gemma2", "gemma2")
        family.window = .alternating(period: 2, size: 4096, ggufSize: 4096)
        family.keys.defaultContext = 8192
        family.caps = Caps(attention: 50, logits: 30, queryScalar: 256, ggufLayersByHiddenSize: 46)
        family.keys.synonyms = [
            "hidden_act": "hidden_activation", "sliding_window_size": "sliding_window",
        ]
        return family
    }()

    /// Gemma 3's text models (arXiv 2503.19786): heads are normed, one layer in six sees everything
    /// and has a RoPE of its own.
    static let gemma3 = {
        var family = gemma
        (family.name, family.ggufName) = ("gemma3_text", "gemma3")
        family.headNorm = .eachHead
        family.window = .alternating(period: 6, size: 4096, ggufSize: nil)
        family.keys.defaultContext = 131_072
        // As the text_config of the published folders with a vision part has it.
        (family.keys.defaultHeads, family.keys.defaultVocabulary) = (8, 262_208)
        (family.ropeBase, family.windowRoPEBase) = (1_000_000, 10_000)
        family.caps = Caps(
            attention: nil, logits: nil, queryScalar: 256, ggufLayersByHiddenSize: 62)
        return family
    }()

    /// What Gemma 2 and 3 share.
    private static let gemma = DecoderFamily(
        name: "gemma", ggufName: nil, ggufPairing: .halves, attentionBiases: .configured,
        normPlace: .around, activation: .geluTanh, scalesEmbedding: true,
        tiesHead: true,
        keys: ConfigKeys(
            defaultKVHeads: 4, defaultHeadSize: 256, activation: "hidden_activation",
            harmless: [
                // Written beside layer_types by transformers 5, which does not read it.
                "_sliding_window_pattern"
            ]),
        tensors: .gemma)
}

extension TensorNames {
    fileprivate static let gemma = {
        var names = TensorNames.llama
        names.attentionPostNorm = "layers.{}.post_attention_layernorm"
        names.feedForwardNorm = "layers.{}.pre_feedforward_layernorm"
        names.feedForwardPostNorm = "layers.{}.post_feedforward_layernorm"
        names.normsAreLessOne = true
        return names
    }()
}
