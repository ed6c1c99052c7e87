/// What sets a family of decoders apart from the others, as data that the readers of both file
/// forms and the forward pass go by.
///
/// Adding a family is adding a file to Families, its value to ``all`` and a model of it to the
/// judges' script: docs/adding-a-model.md.
struct DecoderFamily: Sendable {
    /// `model_type` of a Hugging Face config.json.
    var name: String
    /// `general.architecture` of a GGUF file, nil where GGUF knows the family as another one's.
    var ggufName: String?
    /// How GGUF files of the family pair a head's dimensions; Hugging Face's are halves.
    var ggufPairing: ModelConfiguration.RoPE.Pairing
    /// Which projections of attention have biases.
    var attentionBiases: Biases
    /// Which projections of the feed-forward have biases.
    var feedForwardBiases = FeedForwardBiases.never
    /// Norms of queries and keys before they are rotated.
    var headNorm = ModelConfiguration.HeadNorm.none
    /// Which layers see a sliding window of keys only.
    var window = Window.none
    /// The norm of hidden states.
    var norm = ModelConfiguration.Norm.rms
    /// Where it stands.
    var normPlace = ModelConfiguration.NormPlace.before
    /// Whether `use_parallel_residual` says that attention and feed-forward run side by side.
    var mayBeParallel = false
    /// Whether the feed-forward has a gate.
    var isGated = true
    /// The activation where config.json names none, and of GGUF files, which never name one.
    var activation = Activation.silu
    /// The activation of GGUF files of models of so many layers, where it is another.
    var ggufActivations: [Int: Activation] = [:]
    /// Where a token's position enters.
    var positions = ModelConfiguration.Positions.rotary
    /// Part of a head's dimensions that rotate where config.json does not say; nil for all, and a
    /// field that says otherwise is not understood.
    var rotatedPart: Double?
    /// Each layer of so many does not rotate, unless config.json says otherwise; nil where all do.
    var unrotatedInterval: Int?
    /// RoPE's base where config.json names none.
    var ropeBase = 10_000.0
    /// RoPE's base of the layers with a window where config.json names none; nil where they share
    /// the others'.
    var windowRoPEBase: Double?
    /// The experts, of a family that is a mixture of them.
    var experts: Experts?
    /// Whether the embedding's rows are multiplied with √D.
    var scalesEmbedding = false
    /// Scale and caps of attention and logits, where the family has them.
    var caps: Caps?
    /// Whether the embedding is the head where config.json does not say.
    var tiesHead = false
    /// Whether a GGUF file without a head has the embedding as its head.
    var ggufMayTieHead = true
    /// How config.json spells the sizes.
    var keys = ConfigKeys()
    /// What Hugging Face calls the tensors.
    var tensors = TensorNames.llama

    /// Projections of attention that have biases.
    enum Biases: Sendable {
        /// All four or none, as `attention_bias` says.
        case configured
        /// All four, unless `attention_bias` is false.
        case unlessConfigured
        /// Queries, keys and values, always.
        case queryKeyValue
        /// All four, always.
        case always
        /// None.
        case never
    }

    /// Projections of the feed-forward that have biases.
    enum FeedForwardBiases: Sendable {
        case never
        /// All or none, as `mlp_bias` says.
        case configured
        case always
    }

    /// Layers with a sliding window.
    enum Window: Sendable {
        case none
        /// All of them, where `sliding_window` is a number.
        case everyLayer
        /// All of them, if `use_sliding_window`.
        case everyLayerIfUsed
        /// Those from `max_window_layers` on, if `use_sliding_window`.
        case upperLayers
        /// Those that do not rotate, if `use_sliding_window`.
        case unrotatedLayers
        /// All but each `period`-th, or as `layer_types` says: a window of `size` keys where
        /// config.json has no `sliding_window`, of `ggufSize` (nil: none) where a GGUF file has no
        /// key for it.
        case alternating(period: Int, size: Int, ggufSize: Int?)

        /// Whether `use_sliding_window` says that there is one, and nothing says from which layer on.
        var mayBeUnused: Bool {
            switch self {
            case .everyLayerIfUsed, .unrotatedLayers: true
            case .none, .everyLayer, .upperLayers, .alternating: false
            }
        }

        /// Whether GGUF files have keys for it: of Qwen's they have none.
        var isInGGUF: Bool {
            switch self {
            case .none, .upperLayers, .everyLayerIfUsed, .unrotatedLayers: false
            case .everyLayer, .alternating: true
            }
        }
    }

    /// Gemma's constants where config.json or a GGUF file does not have them.
    struct Caps: Sendable {
        /// Attention's soft-cap; nil for none, and a field that says otherwise is refused.
        var attention: Float?
        /// The logits' soft-cap; nil for none.
        var logits: Float?
        /// Scores are divided by the root of it: `query_pre_attn_scalar`.
        var queryScalar: Int
        /// Layers of the model whose GGUF, which has no such key, divides by √(D / heads) in place
        /// of the root of the head size, as llama.cpp does.
        var ggufLayersByHiddenSize: Int
    }

    /// Every family that can be scored with.
    static let all = [
        llama, mistral, qwen2, qwen3, gpt2, gptNeoX, olmo2, phi3, gemma2, gemma3, mixtral,
        qwen3MoE, olmoe, smollm3,
    ]
}

extension DecoderFamily {
    /// The family of a config.json.
    ///
    /// - Throws: ``ModelError`` for a model type that cannot be scored with.
    init(huggingFace config: JSONObject) throws(ModelError) {
        guard let name = try config.string("model_type") else {
            throw ModelError("\(config.path): \"model_type\" is missing")
        }
        guard let family = Self.all.first(where: { $0.name == name }) else {
            let known = Self.all.map(\.name).joined(separator: ", ")
            throw ModelError(
                "\(config.path): model type \"\(name)\" is not supported, expected one of \(known)")
        }
        self = family
    }

    /// The family of a GGUF file.
    ///
    /// - Throws: ``ModelError`` for an architecture that cannot be scored with.
    init(gguf file: GGUFFile) throws(ModelError) {
        guard let name = file.metadata["general.architecture"]?.text else {
            throw ModelError("\(file.path): metadata key \"general.architecture\" is missing")
        }
        let hasExperts = (file.metadata[name + ".expert_count"]?.integer ?? 0) != 0
        let found = Self.all.first {
            $0.ggufName == name && ($0.experts != nil) == hasExperts
        }
        guard let family = found else {
            let known = Self.all.compactMap(\.ggufName).joined(separator: ", ")
            throw ModelError(
                "\(file.path): architecture \"\(name)\" \(hasExperts ? "with" : "without") experts "
                    + "is not supported, expected one of \(known)")
        }
        self = family
    }
}
