extension DecoderFamily {
    /// OLMo 2 (arXiv 2501.00656): norms after the sublayers, queries and keys normed over all heads.
    static let olmo2 = DecoderFamily(
        name: "olmo2", ggufName: "olmo2", ggufPairing: .halves, attentionBiases: .configured,
        headNorm: .allHeads, normPlace: .after, ggufMayTieHead: false,
        keys: ConfigKeys(defaultEpsilon: 1e-5), tensors: .olmo2)
}

extension TensorNames {
    fileprivate static let olmo2 = {
        var names = TensorNames.llama
        (names.attentionNorm, names.feedForwardNorm) = (nil, nil)
        names.attentionPostNorm = "layers.{}.post_attention_layernorm"
        names.feedForwardPostNorm = "layers.{}.post_feedforward_layernorm"
        return names
    }()
}
