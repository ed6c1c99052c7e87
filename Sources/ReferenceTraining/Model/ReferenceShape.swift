/// The shape of a reference model: Llama's architecture with tied embeddings and no biases.
///
/// RMSNorm (Zhang and Sennrich 2019), RoPE that pairs halves of a head as Hugging Face does (Su et
/// al. 2021), SwiGLU (Shazeer 2020, section 2), and query heads that share KV heads (Ainslie et al.
/// 2023).
public struct ReferenceShape: Sendable, Equatable {
    /// Decoder layers.
    public var layers: Int
    /// Floats of the residual stream a token, D.
    public var width: Int
    /// Query heads, H.
    public var heads: Int
    /// KV heads, K; each is shared by H / K query heads.
    public var kvHeads: Int
    /// Floats a head, an even number.
    public var headSize: Int
    /// Floats between the two matrices of the feed-forward, F.
    public var feedForward: Int
    /// Token ids that there are, V.
    public var vocabulary: Int
    /// Tokens of the longest sequence that the model is to read.
    public var context: Int
    /// Base of RoPE's wavelengths.
    public var ropeTheta: Double
    /// What RMSNorm adds to the mean square.
    public var normEpsilon: Double

    /// A shape with these sizes.
    public init(
        layers: Int, width: Int, heads: Int, kvHeads: Int, headSize: Int, feedForward: Int,
        vocabulary: Int, context: Int, ropeTheta: Double = 10_000, normEpsilon: Double = 1e-5
    ) {
        self.layers = layers
        self.width = width
        self.heads = heads
        self.kvHeads = kvHeads
        self.headSize = headSize
        self.feedForward = feedForward
        self.vocabulary = vocabulary
        self.context = context
        self.ropeTheta = ropeTheta
        self.normEpsilon = normEpsilon
    }

    /// Trained numbers beside the embedding: every layer and the final norm.
    public var bodyParameters: Int {
        layers * (width * (2 * queryWidth + 2 * keyWidth + 3 * feedForward) + 2 * width) + width
    }

    /// Trained numbers of the embedding, which is the LM head too: V · D.
    public var embeddingParameters: Int { vocabulary * width }

    /// All trained numbers.
    public var parameters: Int { bodyParameters + embeddingParameters }

    /// Floats of all queries of a token.
    var queryWidth: Int { heads * headSize }

    /// Floats of all keys, or of all values, of a token.
    var keyWidth: Int { kvHeads * headSize }

    /// Floats of a token's queries, keys and values side by side.
    var attentionWidth: Int { queryWidth + 2 * keyWidth }

    /// Floating-point operations that forward and backward take for sequences of these lengths: six
    /// a matrix weight and token, and the seven products of causal attention.
    ///
    /// - Parameter lengths: predicted tokens of each sequence.
    /// - Returns: operations; a multiply-add is two.
    public func operations(lengths: some Sequence<Int>) -> Double {
        let matrices = Double(
            embeddingParameters
                + layers * width * (2 * queryWidth + 2 * keyWidth + 3 * feedForward))
        return lengths.reduce(0.0) { sum, length in
            let tokens = Double(length)
            let attention = Double(layers * queryWidth) * 7 * tokens * (tokens + 1)
            return sum + 6 * tokens * matrices + attention
        }
    }

    /// Refuses a shape that no model can have, or that this trainer cannot count in.
    ///
    /// - Throws: ``TrainingError`` naming the size.
    func check() throws(TrainingError) {
        let sizes = [
            ("layers", layers, 1, 1_000), ("width", width, 1, 65_536),
            ("heads", heads, 1, 1_024), ("KV heads", kvHeads, 1, 1_024),
            ("head size", headSize, 2, 1_024), ("feed-forward width", feedForward, 1, 1 << 20),
            ("vocabulary", vocabulary, 2, 1 << 24), ("context", context, 1, 1 << 20),
        ]
        for (name, size, least, most) in sizes where !(least...most).contains(size) {
            throw TrainingError(
                "the reference's \(name) is \(size); it can be from \(least) to \(most)")
        }
        guard headSize % 2 == 0 else {
            throw TrainingError("the reference's head size is \(headSize); RoPE needs an even one")
        }
        guard heads % kvHeads == 0 else {
            throw TrainingError("\(kvHeads) KV heads cannot be shared evenly by \(heads) heads")
        }
        // transformers refuses to load another.
        guard width % heads == 0 else {
            throw TrainingError(
                "the reference's width \(width) is no multiple of its \(heads) heads")
        }
        guard ropeTheta.isFinite, ropeTheta > 1 else {
            throw TrainingError("the reference's RoPE theta is \(ropeTheta); it must be above 1")
        }
        guard (1e-12...1e-2).contains(normEpsilon) else {
            throw TrainingError(
                "the reference's norm epsilon is \(normEpsilon); it can be from 1e-12 to 0.01")
        }
    }
}
