extension ModelConfiguration {
    /// Reads the metadata of a GGUF file.
    ///
    /// A key under the architecture's name that is not understood is an error.
    init(gguf: GGUFFile) throws(ModelError) {
        let path = gguf.path
        let metadata = gguf.metadata
        guard let architecture = metadata["general.architecture"]?.text else {
            throw ModelError("\(path): metadata key \"general.architecture\" is missing")
        }
        guard let family = DecoderFamily.all.first(where: { $0.ggufName == architecture }) else {
            let known = DecoderFamily.all.compactMap(\.ggufName).joined(separator: ", ")
            throw ModelError(
                "\(path): architecture \"\(architecture)\" is not supported, expected one of \(known)"
            )
        }
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
        guard valueSize == headSize, rotated == headSize else {
            throw ModelError(
                "\(path): keys of \(headSize), values of \(valueSize) and \(rotated) rotated dimensions "
                    + "a head: expected all three equal")
        }
        guard let epsilon = try number("attention.layer_norm_rms_epsilon") else {
            throw ModelError(
                "\(path): metadata key \"\(prefix)attention.layer_norm_rms_epsilon\" is missing")
        }
        let layers = try integer("block_count")
        guard (1...4096).contains(layers) else {
            throw ModelError("\(path): layers is \(layers), expected 1 to 4096")
        }
        self.init(
            architecture: architecture,
            layers: layers,
            hiddenSize: hiddenSize,
            heads: heads,
            kvHeads: try integer("attention.head_count_kv", default: heads),
            headSize: headSize,
            feedForwardSize: try integer("feed_forward_length"),
            vocabularySize: gguf.tensors["token_embd.weight"]?.shape.first ?? 0,
            context: try integer("context_length"),
            normEpsilon: Float(epsilon),
            rope: RoPE(
                base: try number("rope.freq_base") ?? 10_000, pairing: family.ggufPairing,
                scaling: .none),
            windows: [Int?](repeating: nil, count: layers),
            normsHeads: family.normsHeads)

        used.insert(prefix + "rope.scaling.type")
        let oldFactor = try number("rope.scale_linear")
        let factor = try number("rope.scaling.factor") ?? oldFactor
        let scaling = metadata[prefix + "rope.scaling.type"]
        switch scaling?.text ?? (factor == nil ? "none" : "linear") {
        case "none": break
        case "linear":
            guard let factor, factor.isFinite, factor > 0 else {
                throw ModelError("\(path): linear RoPE scaling without a positive factor")
            }
            rope.scaling = .linear(factor: factor)
        case let other:
            throw ModelError("\(path): RoPE scaling \"\(other)\" is not supported")
        }
        if gguf.tensors["rope_freqs.weight"] != nil {
            let factors = try gguf.vector("rope_freqs.weight", count: headSize / 2)
            guard rope.scaling == .none, factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
                throw ModelError(
                    "\(path): rope_freqs.weight is damaged or joined by another scaling")
            }
            rope.scaling = .factors(factors)
        }
        for key in metadata.keys.sorted() where key.hasPrefix(prefix) && !used.contains(key) {
            if metadata[key]?.integer == 0 { continue }  // expert_count and the like, unused
            throw ModelError(
                "\(path): metadata key \"\(key)\" is not understood and may change the arithmetic")
        }
        self = try validated(path: path)
    }
}
