import Foundation

/// The shape and constants of a decoder, as its file states them.
public struct ModelConfiguration: Sendable, Equatable {
    /// The family as Hugging Face names it, such as `llama` or `qwen2`; a GGUF file's own word.
    public var architecture: String
    /// Decoder layers L.
    public var layers: Int
    /// Hidden size D.
    public var hiddenSize: Int
    /// Query heads H.
    public var heads: Int
    /// Key and value heads K; H is a multiple of it.
    public var kvHeads: Int
    /// Floats a head.
    public var headSize: Int
    /// Width F of the feed-forward.
    public var feedForwardSize: Int
    /// Rows V of the embedding and of the LM head.
    public var vocabularySize: Int
    /// Longest sequence that the model was trained on, in tokens.
    public var context: Int
    /// Added to the mean square in RMSNorm, to the variance in LayerNorm.
    public var normEpsilon: Float
    /// Rotary position embedding.
    public var rope: RoPE
    /// Keys that a query of each layer sees, itself included; nil for all before it.
    public var windows: [Int?]
    /// The experts, where feed-forwards are mixtures of them.
    public var experts: Experts?
    /// Norms of queries and keys before RoPE.
    var headNorm = HeadNorm.none
    /// Which norm stands around the sublayers and before the head.
    var norm = Norm.rms
    /// Where it stands.
    var normPlace = NormPlace.before
    /// Whether attention and feed-forward read the same states and their results are added at once.
    var isParallel = false
    /// Whether the feed-forward has a gate beside its up projection.
    var isGated = true
    /// The feed-forward's activation.
    var activation = Activation.silu
    /// Where a token's position enters.
    var positions = Positions.rotary
    /// Dimensions of a head that rotate, the first ones.
    var rotatedSize: Int
    /// RoPE of the layers with a window, where it is another one.
    var windowRoPE: RoPE?
    /// What the embedding's rows are multiplied with.
    var embeddingScale: Float = 1
    /// What attention's scores are multiplied with.
    var attentionScale: Float
    /// Where attention's scores are soft-capped: cap · tanh(score / cap).
    var attentionCap: Float?
    /// Where logits are soft-capped.
    var logitCap: Float?

    /// Norms of queries and keys.
    enum HeadNorm: Sendable {
        case none
        /// Each head alone, with weights of head size.
        case eachHead
        /// All heads of a token together.
        case allHeads
    }

    /// A norm of hidden states.
    enum Norm: Sendable {
        /// w · x / √(mean x² + ε) (arXiv 1910.07467).
        case rms
        /// w · (x − mean) / √(variance + ε) + b (arXiv 1607.06450).
        case layer
    }

    /// Where a layer norms.
    enum NormPlace: Sendable {
        /// What a sublayer reads.
        case before
        /// What it adds.
        case after
        /// Both.
        case around
    }

    /// Where a token's position enters.
    enum Positions: Sendable {
        /// Queries and keys rotate.
        case rotary
        /// A row of a matrix [context, D] is added to the embedding.
        case learned
    }

    /// Rotary position embedding (Su 2021, arXiv 2104.09864) with its extensions.
    public struct RoPE: Sendable, Equatable {
        /// The base θ of the frequencies.
        public var base: Double
        /// Which dimensions of a head rotate together.
        public var pairing: Pairing
        /// How the frequencies are changed for longer contexts.
        public var scaling: Scaling

        /// Pairs of dimensions.
        ///
        /// GGUF's llama stores queries and keys permuted for neighbours.
        public enum Pairing: Sendable {
            /// (i, i + n/2), as in Hugging Face.
            case halves
            /// (2i, 2i + 1), as in Meta's code and in GGUF files of the llama architecture.
            case neighbours
        }

        /// A change of the frequencies.
        public enum Scaling: Sendable, Equatable {
            case none
            /// Every frequency divided by `factor`.
            case linear(factor: Double)
            /// Llama 3.1's: low frequencies divided by `factor`, high ones kept, smooth between.
            case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalContext: Int)
            /// GGUF's `rope_freqs.weight`: each frequency divided by its own factor.
            case factors([Float])
        }

        /// Radians a position for each of the `headSize / 2` pairs.
        ///
        /// Computed in Float32 as transformers does, so that angles at far positions agree.
        func frequencies(headSize: Int) -> [Float] {
            (0..<headSize / 2).map { pair in
                let exponent = Float(2 * pair) / Float(headSize)
                let frequency = 1 / Float(pow(base, Double(exponent)))
                switch scaling {
                case .none: return frequency
                case .linear(let factor): return frequency / Float(factor)
                case .factors(let factors): return frequency / factors[pair]
                case .llama3(let factor, let low, let high, let original):
                    let wavelength = 2 * Float.pi / frequency
                    let original = Float(original)
                    if wavelength > original / Float(low) { return frequency / Float(factor) }
                    if wavelength < original / Float(high) { return frequency }
                    let smooth =
                        (original / wavelength - Float(low)) / (Float(high) - Float(low))
                    return (1 - smooth) * frequency / Float(factor) + smooth * frequency
                }
            }
        }
    }

    /// Checks every size before anything is computed from it.
    func validated(path: String) throws(ModelError) -> ModelConfiguration {
        let sizes: [(String, Int, Int)] = [
            ("layers", layers, 4096), ("hidden size", hiddenSize, 1 << 20),
            ("heads", heads, 1 << 14), ("KV heads", kvHeads, 1 << 14),
            ("head size", headSize, 1 << 14), ("feed-forward size", feedForwardSize, 1 << 22),
            ("vocabulary size", vocabularySize, 1 << 24), ("context", context, 1 << 28),
        ]
        for (name, value, limit) in sizes where !(1...limit).contains(value) {
            throw ModelError("\(path): \(name) is \(value), expected 1 to \(limit)")
        }
        guard heads % kvHeads == 0 else {
            throw ModelError("\(path): \(heads) heads are no multiple of \(kvHeads) KV heads")
        }
        guard positions == .learned || rotatedSize % 2 == 0, (1...headSize).contains(rotatedSize)
        else {
            throw ModelError(
                "\(path): \(rotatedSize) of \(headSize) dimensions a head rotate; RoPE needs "
                    + "pairs, an odd number has none")
        }
        guard windows.count == layers, windows.allSatisfy({ ($0 ?? 1) >= 1 }) else {
            throw ModelError("\(path): the sliding windows do not fit \(layers) layers")
        }
        let base = windowRoPE?.base ?? rope.base
        guard normEpsilon.isFinite, normEpsilon >= 0, rope.base.isFinite, rope.base > 0,
            base.isFinite, base > 0
        else {
            throw ModelError("\(path): the norms' epsilon or RoPE's base is not a positive number")
        }
        for (name, value) in [
            ("attention's scale", attentionScale), ("attention's cap", attentionCap ?? 1),
            ("the logits' cap", logitCap ?? 1),
        ] where !(value.isFinite && value > 0) {
            throw ModelError("\(path): \(name) is \(value), expected a positive number")
        }
        return self
    }
}
