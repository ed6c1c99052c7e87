extension ModelConfiguration {
    /// A mixture of experts (arXiv 1701.06538): feed-forwards of which each token uses some.
    public struct Experts: Sendable, Equatable {
        /// Experts E of a layer.
        public var count: Int
        /// Experts that compute a token.
        public var used: Int
        /// Width of an expert's feed-forward.
        public var feedForwardSize: Int
        /// Whether the weights of a token's experts are made to sum to 1.
        public var normalizes: Bool
        /// Whether each layer is a mixture; the others are dense.
        public var layers: [Bool]

        /// Checks every size before anything is computed from it.
        func validate(path: String) throws(ModelError) {
            let sizes: [(String, Int, Int)] = [
                ("experts a layer", count, 4096), ("experts a token", used, count),
                ("an expert's feed-forward size", feedForwardSize, 1 << 22),
            ]
            for (name, value, limit) in sizes where !(1...max(1, limit)).contains(value) {
                throw ModelError("\(path): \(name) is \(value), expected 1 to \(limit)")
            }
            // Each takes some hundred bytes of memory, and may be one number in the file.
            let most = 1 << 17
            guard layers.count * count <= most else {
                throw ModelError(
                    "\(path): \(layers.count) layers of \(count) experts, at most \(most) experts "
                        + "in all are allowed")
            }
        }
    }
}

extension ModelConfiguration.Experts {
    /// Reads what config.json says of a family's experts, in the spelling of transformers 4 or 5,
    /// and notes the fields in `used`.
    init(
        huggingFace config: JSONObject, family: DecoderFamily.Experts, layers: Int,
        used: inout Set<String>
    ) throws(ModelError) {
        let path = config.path
        // These say how the router is trained.
        used.formUnion(["output_router_logits", "router_aux_loss_coef", "router_jitter_noise"])
        used.formUnion([
            "num_experts", "num_local_experts", "num_experts_per_tok", family.widthField,
        ])
        func integer(_ name: String) throws(ModelError) -> Int {
            guard let value = try config.integer(name) else {
                throw ModelError("\(path): \"\(name)\" is missing")
            }
            return value
        }
        let (old, new) = (
            try config.integer("num_experts"), try config.integer("num_local_experts")
        )
        if let old, let new, old != new {
            throw ModelError(
                "\(path): \"num_experts\" is \(old), but \"num_local_experts\" is \(new)")
        }
        guard let count = old ?? new else {
            throw ModelError("\(path): \"num_experts\" or \"num_local_experts\" is missing")
        }
        if family.normalizes == nil { used.insert("norm_topk_prob") }
        var mixtures = [Bool](repeating: true, count: layers)
        if family.mayHaveDenseLayers {
            used.formUnion(["decoder_sparse_step", "mlp_only_layers"])
            let step = try config.integer("decoder_sparse_step") ?? 1
            let dense = Set(try config.integers("mlp_only_layers") ?? [])
            guard step > 0 else {
                throw ModelError("\(path): \"decoder_sparse_step\" is \(step), expected 1 or more")
            }
            for layer in 0..<layers {
                mixtures[layer] = (layer + 1) % step == 0 && !dense.contains(layer)
            }
        }
        let configured = try config.bool("norm_topk_prob") ?? false
        self.init(
            count: count, used: try integer("num_experts_per_tok"),
            feedForwardSize: try integer(family.widthField),
            normalizes: family.normalizes ?? configured, layers: mixtures)
        try validate(path: path)
    }

    /// Reads what GGUF's metadata say of a family's experts, through a reader of the architecture's
    /// keys.
    init(
        gguf family: DecoderFamily.Experts, layers: Int, path: String, prefix: String,
        number: (_ key: String) throws(ModelError) -> Double?,
        integer: (_ key: String) throws(ModelError) -> Int
    ) throws(ModelError) {
        self.init(
            count: try integer("expert_count"), used: try integer("expert_used_count"),
            feedForwardSize: try integer(family.ggufWidthKey),
            normalizes: family.ggufNormalizes, layers: [Bool](repeating: true, count: layers))
        // Softmax is 1; llama.cpp reads 0 as no scale.
        for (key, allowed) in [("expert_gating_func", [1.0]), ("expert_weights_scale", [0, 1])] {
            guard let value = try number(key), !allowed.contains(value) else { continue }
            throw ModelError(
                "\(path): \(prefix)\(key) is \(value), which this architecture does not have")
        }
        try validate(path: path)
    }
}
