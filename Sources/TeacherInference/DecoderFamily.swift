/// What sets a family of decoders apart from the others, as data that the readers of both file
/// forms and the forward pass go by.
///
/// Adding a family is adding a value here and a model of it to the judges' script:
/// docs/adding-a-model.md.
struct DecoderFamily: Sendable, Equatable {
    /// `model_type` of a Hugging Face config.json.
    var name: String
    /// `general.architecture` of a GGUF file, nil where GGUF knows the family as another one's.
    var ggufName: String?
    /// How GGUF files of the family pair a head's dimensions; Hugging Face's are halves.
    var ggufPairing: ModelConfiguration.RoPE.Pairing
    /// Which projections of attention have biases.
    var attentionBiases: Biases
    /// Whether the feed-forward's biases are the configuration's to say (`mlp_bias`).
    var mayBiasFeedForward = false
    /// Whether queries and keys are normed a head before they are rotated.
    var normsHeads = false
    /// Which layers see a sliding window of keys only.
    var window: Window = .none

    /// Projections of attention that have biases.
    enum Biases: Sendable {
        /// All four or none, as `attention_bias` says.
        case configured
        /// Queries, keys and values, always.
        case queryKeyValue
        /// None.
        case never
    }

    /// Layers with a sliding window.
    enum Window: Sendable {
        case none
        /// All of them, where `sliding_window` is a number.
        case everyLayer
        /// Those from `max_window_layers` on, if `use_sliding_window`.
        case upperLayers
    }

    /// Every family that can be scored with.
    static let all = [llama, mistral, qwen2, qwen3]

    /// The family that config.json calls `name`.
    static func named(_ name: String) -> DecoderFamily? { all.first { $0.name == name } }

    /// Llama 1 to 3, TinyLlama, SmolLM and SmolLM2 (arXiv 2302.13971, 2407.21783).
    static let llama = DecoderFamily(
        name: "llama", ggufName: "llama", ggufPairing: .neighbours, attentionBiases: .configured,
        mayBiasFeedForward: true)

    /// Mistral (arXiv 2310.06825).
    ///
    /// GGUF calls it llama and knows no window for it.
    static let mistral = DecoderFamily(
        name: "mistral", ggufName: nil, ggufPairing: .neighbours, attentionBiases: .never,
        window: .everyLayer)

    /// Qwen1.5, Qwen2 and Qwen2.5 (arXiv 2407.10671).
    static let qwen2 = DecoderFamily(
        name: "qwen2", ggufName: "qwen2", ggufPairing: .halves, attentionBiases: .queryKeyValue,
        window: .upperLayers)

    /// Qwen3's dense models (arXiv 2505.09388).
    static let qwen3 = DecoderFamily(
        name: "qwen3", ggufName: "qwen3", ggufPairing: .halves, attentionBiases: .configured,
        normsHeads: true, window: .upperLayers)
}
