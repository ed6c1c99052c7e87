extension ModelConfiguration {
    /// Fields of a config.json that do not change the log-probs of a text.
    private static let harmless: Set<String> = [
        "_name_or_path", "_attn_implementation", "_commit_hash", "add_cross_attention",
        "architectures", "attention_dropout", "attn_implementation", "bos_token_id",
        "chunk_size_feed_forward", "dtype", "eos_token_id", "id2label", "initializer_range",
        "is_decoder", "is_encoder_decoder", "is_llama_config", "label2id", "max_length",
        "output_attentions", "output_hidden_states", "pad_token_id", "pretraining_tp",
        "problem_type", "return_dict", "sep_token_id", "task_specific_params",
        "tokenizer_class", "torch_dtype", "transformers.js_config", "transformers_version",
        "unsloth_version", "use_cache",
    ]

    /// Reads a Hugging Face config.json in the spelling of transformers 4 or 5.
    ///
    /// A field that says something and is not understood is an error that names it.
    init(huggingFace config: JSONObject) throws(ModelError) {
        let path = config.path
        var used = Self.harmless
        func integer(_ name: String, default value: Int? = nil) throws(ModelError) -> Int {
            used.insert(name)
            if let found = try config.integer(name) { return found }
            guard let value else { throw ModelError("\(path): \"\(name)\" is missing") }
            return value
        }
        used.insert("model_type")
        guard let architecture = try config.string("model_type") else {
            throw ModelError("\(path): \"model_type\" is missing")
        }
        guard let family = DecoderFamily.named(architecture) else {
            let known = DecoderFamily.all.map(\.name).joined(separator: ", ")
            throw ModelError(
                "\(path): model type \"\(architecture)\" is not supported, expected one of \(known)"
            )
        }
        used.insert("hidden_act")
        let activation = try config.string("hidden_act") ?? "silu"
        guard activation == "silu" || activation == "swish" else {
            throw ModelError("\(path): \"hidden_act\" is \"\(activation)\", expected \"silu\"")
        }
        // Read with the weights: LanguageModel decides on biases and the head by them.
        used.insert("tie_word_embeddings")
        if family.attentionBiases == .configured { used.insert("attention_bias") }
        if family.mayBiasFeedForward { used.insert("mlp_bias") }
        let hiddenSize = try integer("hidden_size")
        let heads = try integer("num_attention_heads")
        guard heads > 0 else { throw ModelError("\(path): \"num_attention_heads\" is \(heads)") }
        used.insert("rms_norm_eps")
        let rope = try RoPE(huggingFace: config)
        used.formUnion(["rope_theta", "rope_scaling", "rope_parameters"])
        let layers = try integer("num_hidden_layers")
        guard (1...4096).contains(layers) else {
            throw ModelError("\(path): layers is \(layers), expected 1 to 4096")
        }
        let windows = try Self.windows(family, layers: layers, config)
        if family.window != .none {
            used.formUnion(["sliding_window", "layer_types"])
            if family.window == .upperLayers {
                used.formUnion(["use_sliding_window", "max_window_layers"])
            }
        }
        self.init(
            architecture: architecture,
            layers: layers,
            hiddenSize: hiddenSize,
            heads: heads,
            kvHeads: try integer("num_key_value_heads", default: heads),
            headSize: try integer("head_dim", default: hiddenSize / heads),
            feedForwardSize: try integer("intermediate_size"),
            vocabularySize: try integer("vocab_size"),
            context: try integer("max_position_embeddings", default: 2048),
            normEpsilon: Float(try config.number("rms_norm_eps") ?? 1e-6),
            rope: rope,
            windows: windows,
            normsHeads: family.normsHeads)
        for name in config.values.keys.sorted() where !used.contains(name) {
            guard config.isMeaningful(name) else { continue }
            throw ModelError(
                "\(path): field \"\(name)\" is not understood and may change the arithmetic")
        }
        self = try validated(path: path)
    }

    /// Each layer's window by `sliding_window` and the keys that say for which layers it holds;
    /// `layer_types` of transformers 5 must agree with them.
    private static func windows(
        _ family: DecoderFamily, layers: Int, _ config: JSONObject
    ) throws(ModelError) -> [Int?] {
        var windows = [Int?](repeating: nil, count: layers)
        let window = try config.integer("sliding_window")
        switch family.window {
        case .none:
            return windows
        case .everyLayer:
            windows = [Int?](repeating: window, count: layers)
        case .upperLayers:
            guard try config.bool("use_sliding_window") ?? false, let window else { break }
            let first = try config.integer("max_window_layers") ?? 28
            for layer in 0..<layers where layer >= first { windows[layer] = window }
        }
        guard let types = try config.strings("layer_types") else { return windows }
        let expected = windows.map { $0 == nil ? "full_attention" : "sliding_attention" }
        guard types == expected else {
            throw ModelError(
                "\(config.path): \"layer_types\" disagrees with \"sliding_window\" and the keys "
                    + "beside it")
        }
        return windows
    }
}

extension ModelConfiguration.RoPE {
    /// Reads `rope_theta` and `rope_scaling` (transformers 4) and `rope_parameters` (transformers
    /// 5); where both are there they must agree.
    init(huggingFace config: JSONObject) throws(ModelError) {
        let path = config.path
        let parameters = try config.object("rope_parameters")
        let scaling = try config.object("rope_scaling")
        let old = try config.number("rope_theta")
        let new = try parameters?.number("rope_theta")
        if let old, let new, old != new {
            throw ModelError(
                "\(path): \"rope_theta\" is \(old), but \"rope_parameters\" says \(new)")
        }
        self.init(base: new ?? old ?? 10_000, pairing: .halves, scaling: .none)
        let inOld = try scaling.map { object throws(ModelError) in try Scaling(object) }
        let inNew = try parameters.map { object throws(ModelError) in try Scaling(object) }
        if let inOld, let inNew, inOld != inNew {
            throw ModelError("\(path): \"rope_scaling\" and \"rope_parameters\" disagree")
        }
        self.scaling = inNew ?? inOld ?? .none
    }
}

extension ModelConfiguration.RoPE.Scaling {
    fileprivate init(_ object: JSONObject) throws(ModelError) {
        let path = object.path
        let new = try object.string("rope_type")
        let old = try object.string("type")
        if let new, let old, new != old {
            throw ModelError("\(path): \"rope_type\" is \"\(new)\", but \"type\" is \"\(old)\"")
        }
        func positive(_ name: String) throws(ModelError) -> Double {
            guard let value = try object.number(name), value.isFinite, value > 0 else {
                throw ModelError("\(path): \"\(name)\" is missing or not positive")
            }
            return value
        }
        var used: Set<String> = ["rope_type", "type", "rope_theta"]
        switch new ?? old ?? "default" {
        case "default":
            self = .none
        case "linear":
            self = .linear(factor: try positive("factor"))
            used.insert("factor")
        case "llama3":
            let original = try positive("original_max_position_embeddings")
            guard original < 268_435_456 else {
                throw ModelError("\(path): \"original_max_position_embeddings\" is \(original)")
            }
            let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
            guard low < high else {
                throw ModelError(
                    "\(path): \"high_freq_factor\" is \(high), expected more than the "
                        + "\"low_freq_factor\" \(low)")
            }
            self = .llama3(
                factor: try positive("factor"), lowFactor: low, highFactor: high,
                originalContext: Int(original))
            used.formUnion([
                "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
            ])
        case let other:
            throw ModelError("\(path): RoPE scaling \"\(other)\" is not supported")
        }
        for name in object.values.keys.sorted() where !used.contains(name) {
            guard object.isMeaningful(name) else { continue }
            throw ModelError(
                "\(path): field \"\(name)\" is not understood and may change the arithmetic")
        }
    }
}
