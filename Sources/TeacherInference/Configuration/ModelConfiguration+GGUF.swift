extension ModelConfiguration {
    /// Reads the metadata of a GGUF file.
    ///
    /// A key under the architecture's name that is not understood is an error.
    init(gguf: GGUFFile) throws(ModelError) {
        let path = gguf.path
        let metadata = gguf.metadata
        let family = try DecoderFamily(gguf: gguf)
        let architecture = family.ggufName ?? family.name
        let prefix = architecture + "."
        // Says nothing about the arithmetic of scoring.
        var used: Set<String> = [prefix + "vocab_size"]
        func integer(_ key: String, default value: Int? = nil) throws(ModelError) -> Int {
            used.insert(prefix + key)
            guard let found = metadata[prefix + key] else {
                if let value { return value }
                throw ModelError("\(path): metadata key \"\(prefix)\(key)\" is missing")
            }
            guard let integer = found.integer else {
                throw ModelError("\(path): metadata key \"\(prefix)\(key)\" is not one integer")
            }
            return integer
        }
        func number(_ key: String) throws(ModelError) -> Double? {
            used.insert(prefix + key)
            guard let found = metadata[prefix + key] else { return nil }
            guard let number = found.number else {
                throw ModelError("\(path): metadata key \"\(prefix)\(key)\" is not a number")
            }
            return number
        }

        let hiddenSize = try integer("embedding_length")
        let heads = try integer("attention.head_count")
        guard heads > 0, hiddenSize > 0 else {
            throw ModelError(
                "\(path): \(prefix)attention.head_count is \(heads), hidden size \(hiddenSize)")
        }
        let headSize = try integer("attention.key_length", default: hiddenSize / heads)
        let valueSize = try integer("attention.value_length", default: headSize)
        let rotated = try integer("rope.dimension_count", default: headSize)
        guard valueSize == headSize, rotated == headSize || family.rotatedPart != nil else {
            throw ModelError(
                "\(path): keys of \(headSize), values of \(valueSize) and \(rotated) rotated dimensions "
                    + "a head: expected all three equal")
        }
        let epsilonKey =
            family.norm == .rms
            ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon"
        guard let epsilon = try number(epsilonKey) else {
            throw ModelError("\(path): metadata key \"\(prefix)\(epsilonKey)\" is missing")
        }
        let layers = try integer("block_count")
        guard (1...4096).contains(layers) else {
            throw ModelError("\(path): layers is \(layers), expected 1 to 4096")
        }
        let experts = try family.experts.map { family throws(ModelError) in
            try Experts(
                gguf: family, layers: layers, path: path, prefix: prefix, number: number,
                integer: { key throws(ModelError) in try integer(key) })
        }
        self.init(
            architecture: architecture,
            layers: layers,
            hiddenSize: hiddenSize,
            heads: heads,
            kvHeads: try integer("attention.head_count_kv", default: heads),
            headSize: headSize,
            feedForwardSize: try integer("feed_forward_length", default: experts?.feedForwardSize),
            vocabularySize: gguf.tensors["token_embd.weight"]?.shape.first ?? 0,
            context: try integer("context_length"),
            normEpsilon: Float(epsilon),
            rope: RoPE(
                base: try number("rope.freq_base") ?? family.ropeBase, pairing: family.ggufPairing,
                scaling: .none),
            windows: try Self.windows(family, layers: layers, gguf, prefix),
            experts: experts,
            headNorm: family.headNorm,
            norm: family.norm,
            normPlace: family.normPlace,
            isGated: family.isGated,
            activation: family.ggufActivations[layers] ?? family.activation,
            positions: family.positions,
            rotatedSize: rotated,
            embeddingScale: family.scalesEmbedding ? Float(hiddenSize).squareRoot() : 1,
            attentionScale: 1 / Float(headSize).squareRoot())
        if family.window.isInGGUF {
            used.formUnion([
                prefix + "attention.sliding_window", prefix + "attention.sliding_window_pattern",
            ])
        }
        if family.mayBeParallel {
            let key = prefix + "use_parallel_residual"
            guard case .bool(let value)? = metadata[key] else {
                throw ModelError("\(path): metadata key \"\(key)\" is missing or no Boolean")
            }
            used.insert(key)
            isParallel = value
        }
        if let base = family.windowRoPEBase {
            windowRoPE = RoPE(
                base: try number("rope.freq_base_swa") ?? base, pairing: family.ggufPairing,
                scaling: .none)
        }
        if let caps = family.caps {
            if layers == caps.ggufLayersByHiddenSize {
                attentionScale = 1 / Float(hiddenSize / heads).squareRoot()
            }
            if caps.attention != nil {
                attentionCap =
                    try number("attn_logit_softcapping").map { Float($0) } ?? caps.attention
            }
            logitCap = try number("final_logit_softcapping").map { Float($0) } ?? caps.logits
        }

        // Whether a model was trained with the scaling says nothing of how it is scored.
        used.formUnion([prefix + "rope.scaling.type", prefix + "rope.scaling.finetuned"])
        rope.scaling = try RoPE.Scaling(
            gguf: gguf, prefix: prefix, context: context, rotated: rotated, number: number)
        rotates = family.unrotatedInterval.map { interval in
            (0..<layers).map { ($0 + 1) % interval != 0 }
        }
        for key in metadata.keys.sorted() where key.hasPrefix(prefix) && !used.contains(key) {
            if metadata[key]?.integer == 0 { continue }  // expert_count and the like, unused
            throw ModelError(
                "\(path): metadata key \"\(key)\" is not understood and may change the arithmetic")
        }
        try validate(path: path)
    }

    /// Each layer's window: Phi-3's files have one for all layers (0 for none), Gemma's for all but
    /// each n-th, n being the family's or `sliding_window_pattern`, which may be a list too.
    private static func windows(
        _ family: DecoderFamily, layers: Int, _ gguf: GGUFFile, _ prefix: String
    ) throws(ModelError) -> [Int?] {
        let none = [Int?](repeating: nil, count: layers)
        guard family.window.isInGGUF else { return none }
        let keys = (
            prefix + "attention.sliding_window", prefix + "attention.sliding_window_pattern"
        )
        let found = gguf.metadata[keys.0]
        guard found == nil || found?.integer != nil else {
            throw ModelError("\(gguf.path): metadata key \"\(keys.0)\" is not one integer")
        }
        guard case .alternating(var period, _, let size) = family.window else {
            let window = found?.integer ?? 0
            return window == 0 ? none : [Int?](repeating: window, count: layers)
        }
        guard let window = found?.integer ?? size, window != 0 else { return none }
        switch gguf.metadata[keys.1] {
        case nil: break
        case .bools(let list)? where list.count == layers:
            return list.map { $0 ? Optional(window) : nil }
        case let value?:
            guard let every = value.integer, every >= 1 else {
                throw ModelError(
                    "\(gguf.path): metadata key \"\(keys.1)\" is neither a positive integer nor a "
                        + "list of \(layers) Booleans")
            }
            period = every
        }
        return windows(window, everyBut: period, layers: layers)
    }
}
