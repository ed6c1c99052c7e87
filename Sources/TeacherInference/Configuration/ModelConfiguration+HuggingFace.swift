extension ModelConfiguration {
    /// Reads a Hugging Face config.json in the spelling of transformers 4 or 5.
    ///
    /// A field that says something and is not understood is an error that names it, unless it is
    /// `ignored`; `family` is what `model_type` says where it is nil.
    init(
        huggingFace config: JSONObject, family known: DecoderFamily? = nil,
        ignored: Set<String> = []
    ) throws(ModelError) {
        let path = config.path
        let family =
            if let known { known } else { try DecoderFamily(huggingFace: config) }
        let keys = family.keys
        var used = Self.harmless.union(keys.harmless).union(["model_type", keys.activation])
        func integer(_ name: String, default value: Int? = nil) throws(ModelError) -> Int {
            used.insert(name)
            if let found = try config.integer(name) { return found }
            guard let value else { throw ModelError("\(path): \"\(name)\" is missing") }
            return value
        }
        let activation = try Self.activation(family, config)
        // Read with the weights: LanguageModel decides on biases and the head by them.
        used.insert("tie_word_embeddings")
        switch family.attentionBiases {
        case .configured, .unlessConfigured: used.insert("attention_bias")
        case .queryKeyValue, .always, .never: break
        }
        if family.feedForwardBiases == .configured { used.insert("mlp_bias") }
        let hiddenSize = try integer(keys.hiddenSize)
        let heads = try integer(keys.heads, default: keys.defaultHeads)
        guard heads > 0, hiddenSize > 0 else {
            throw ModelError(
                "\(path): \"\(keys.heads)\" is \(heads), \"\(keys.hiddenSize)\" is \(hiddenSize)")
        }
        let headSize = try keys.headSize.map { name throws(ModelError) in
            try integer(name, default: keys.defaultHeadSize ?? hiddenSize / heads)
        }
        used.insert(keys.epsilon)
        let layers = try integer(keys.layers)
        guard (1...4096).contains(layers) else {
            throw ModelError("\(path): layers is \(layers), expected 1 to 4096")
        }
        let experts = try family.experts.map { family throws(ModelError) in
            try Experts(huggingFace: config, family: family, layers: layers, used: &used)
        }
        var feedForward = keys.defaultFeedForward.map {
            hiddenSize.multipliedReportingOverflow(by: $0).partialValue
        }
        // Where no layer is dense, nothing has the width of one.
        if let experts, !experts.layers.contains(false) { feedForward = experts.feedForwardSize }
        let windows = try Self.windows(family, layers: layers, config)
        self.init(
            architecture: family.name,
            layers: layers,
            hiddenSize: hiddenSize,
            heads: heads,
            kvHeads: try keys.kvHeads.map { name throws(ModelError) in
                let absent = config.values[name] == nil
                return try integer(name, default: absent ? keys.defaultKVHeads ?? heads : heads)
            } ?? heads,
            headSize: headSize ?? hiddenSize / heads,
            feedForwardSize: try integer(keys.feedForward, default: feedForward),
            vocabularySize: try integer("vocab_size", default: keys.defaultVocabulary),
            context: try integer(keys.context, default: keys.defaultContext),
            normEpsilon: Float(try config.number(keys.epsilon) ?? keys.defaultEpsilon),
            rope: try RoPE(huggingFace: config, family: family),
            windows: windows,
            experts: experts,
            headNorm: family.headNorm,
            norm: family.norm,
            normPlace: family.normPlace,
            isGated: family.isGated,
            activation: activation,
            positions: family.positions,
            rotatedSize: headSize ?? hiddenSize / heads,
            windowRoPE: try RoPE(windowsOf: config, family: family),
            embeddingScale: family.scalesEmbedding ? Float(hiddenSize).squareRoot() : 1,
            attentionScale: 1)
        if family.positions == .rotary {
            used.formUnion(["rope_scaling", "rope_parameters"])
            if rope.scaling.readsOriginalContext {
                used.insert("original_max_position_embeddings")
            }
            used.formUnion(RoPE.baseNames(family))
            used.formUnion(RoPE.partNames(family))
            if family.windowRoPEBase != nil { used.insert("rope_local_base_freq") }
        }
        if let part = try RoPE.rotatedPart(config, family: family) {
            rotatedSize = Int(Double(self.headSize) * part)
        }
        if family.unrotatedInterval != nil {
            rotates = try Self.rotates(family, layers: layers, config)
            used.formUnion(["no_rope_layers", "no_rope_layer_interval"])
        }
        if family.mayBeParallel {
            used.insert("use_parallel_residual")
            isParallel = try config.bool("use_parallel_residual") ?? true
        }
        attentionScale = 1 / Float(self.headSize).squareRoot()
        if let caps = family.caps {
            try read(caps, config)
            used.formUnion(["query_pre_attn_scalar", "final_logit_softcapping"])
            used.insert("attn_logit_softcapping")
        }
        used.formUnion(Self.windowFields(family.window))
        // Where no layer has a window, it does not matter from which on they would.
        if family.window.mayBeUnused, windows.allSatisfy({ $0 == nil }) {
            used.insert("max_window_layers")
        }
        try Self.checkSynonyms(keys, config)
        used.formUnion(keys.synonyms.keys)
        used.formUnion(keys.mustBeTrue)
        let size = self.headSize
        try Self.checkFields(config, understood: used, ignored: ignored) {
            name throws(ModelError) in
            try Self.saysNothingNew(
                name, config, family: family, headSize: size, layers: layers)
        }
        try validate(path: path)
    }

    private static func activation(
        _ family: DecoderFamily, _ config: JSONObject
    ) throws(ModelError) -> Activation {
        let key = family.keys.activation
        guard let name = try config.string(key) else { return family.activation }
        let found = Activation(huggingFace: name)
        // A family of SwiGLU stays one: GGUF files of it could not say otherwise.
        guard let found, (found == .silu) == (family.activation == .silu) else {
            let expected = family.activation == .silu ? "\"silu\"" : "a GELU of transformers"
            throw ModelError("\(config.path): \"\(key)\" is \"\(name)\", expected \(expected)")
        }
        return found
    }

    /// Gemma's scale and caps: where a field is not there at all, transformers' value holds; null is
    /// none.
    private mutating func read(
        _ caps: DecoderFamily.Caps, _ config: JSONObject
    ) throws(ModelError) {
        let scalar = try config.number("query_pre_attn_scalar") ?? Double(caps.queryScalar)
        attentionScale = Float(1 / scalar.squareRoot())
        let attention = try config.number("attn_logit_softcapping").map { Float($0) }
        attentionCap =
            config.values["attn_logit_softcapping"] == nil ? caps.attention : attention
        guard caps.attention != nil || attentionCap == nil else {
            throw ModelError(
                "\(config.path): \"attn_logit_softcapping\" is \(attentionCap ?? 0), which "
                    + "transformers leaves out in this family; expected null")
        }
        let logits = try config.number("final_logit_softcapping").map { Float($0) }
        logitCap = config.values["final_logit_softcapping"] == nil ? caps.logits : logits
    }

    /// Fields that must be true, and fields that must say what another one says.
    private static func checkSynonyms(
        _ keys: ConfigKeys, _ config: JSONObject
    ) throws(ModelError) {
        for name in keys.mustBeTrue where try config.bool(name) == false {
            throw ModelError("\(config.path): \"\(name)\" is false, expected true")
        }
        for (name, other) in keys.synonyms.sorted(by: { $0.key < $1.key }) {
            guard let value = config.spelling(name) else { continue }
            guard value == config.spelling(other) else {
                throw ModelError(
                    "\(config.path): \"\(name)\" is \(value), but \"\(other)\" does not say so")
            }
        }
    }
}
