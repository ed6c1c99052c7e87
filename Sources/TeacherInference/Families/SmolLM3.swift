extension DecoderFamily {
    /// SmolLM3: a Llama of which each fourth layer does not rotate queries and keys (NoPE,
    /// arXiv 2501.18795).
    ///
    /// GGUF has no key for other intervals.
    static let smollm3 = {
        var family = llama
        (family.name, family.ggufName) = ("smollm3", "smollm3")
        family.unrotatedInterval = 4
        family.window = .unrotatedLayers
        family.ropeBase = 2_000_000
        family.tiesHead = true
        (family.keys.defaultKVHeads, family.keys.defaultContext) = (4, 32768)
        return family
    }()
}
