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
    /// Whether each layer rotates queries and keys; nil where all do.
    var rotates: [Bool]?
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

    /// Checks every size before anything is computed from it.
    func validate(path: String) throws(ModelError) {
        if let problem { throw ModelError("\(path): \(problem)") }
    }

    /// What makes no sense, nil for nothing.
    ///
    /// Apart from the throwing, and not inlined into it: of one function that did both, optimised by
    /// Swift 6.3.1 with typed throws, the caller saw an error that nobody had thrown.
    @inline(never)
    private var problem: String? {
        let sizes: [(String, Int, Int)] = [
            ("layers", layers, 4096), ("hidden size", hiddenSize, 1 << 20),
            ("heads", heads, 1 << 14), ("KV heads", kvHeads, 1 << 14),
            ("head size", headSize, 1 << 14), ("feed-forward size", feedForwardSize, 1 << 22),
            ("vocabulary size", vocabularySize, 1 << 24), ("context", context, 1 << 28),
        ]
        for (name, value, limit) in sizes where !(1...limit).contains(value) {
            return "\(name) is \(value), expected 1 to \(limit)"
        }
        guard heads % kvHeads == 0 else {
            return "\(heads) heads are no multiple of \(kvHeads) KV heads"
        }
        guard positions == .learned || rotatedSize % 2 == 0, (1...headSize).contains(rotatedSize)
        else {
            return
                "\(rotatedSize) of \(headSize) dimensions a head rotate; RoPE needs pairs, an odd "
                + "number has none"
        }
        if case .longrope(let longrope) = rope.scaling,
            let problem = longrope.problem(rotated: rotatedSize)
        {
            return problem
        }
        guard rotates?.count ?? layers == layers else {
            return "layers without RoPE do not fit \(layers) layers"
        }
        guard windows.count == layers, windows.allSatisfy({ ($0 ?? 1) >= 1 }) else {
            return "the sliding windows do not fit \(layers) layers"
        }
        let base = windowRoPE?.base ?? rope.base
        guard normEpsilon.isFinite, normEpsilon >= 0, rope.base.isFinite, rope.base > 0,
            base.isFinite, base > 0
        else {
            return "the norms' epsilon or RoPE's base is not a positive number"
        }
        for (name, value) in [
            ("attention's scale", attentionScale), ("attention's cap", attentionCap ?? 1),
            ("the logits' cap", logitCap ?? 1),
        ] where !(value.isFinite && value > 0) {
            return "\(name) is \(value), expected a positive number"
        }
        return nil
    }
}
