/// What forward keeps for backward, and what backward works in, for batches of up to `maxTokens`
/// tokens.
///
/// T rows, D width, A = (H + 2K) · head size, Q = H · head size, F feed-forward.
struct Activations {
    /// What one layer keeps.
    struct Layer {
        /// [T, A], rotated queries and keys, and values.
        let attention: FloatMemory
        /// [H, T], log-sum-exp of each query's scores.
        let logSums: FloatMemory
        /// [T, Q], what the heads gathered.
        let gathered: FloatMemory
        /// [T, D], the residual stream between attention and feed-forward.
        let middle: FloatMemory
        /// [T, F], before the activation.
        let gate: FloatMemory
        /// [T, F].
        let up: FloatMemory
        /// [T], what the attention's norm multiplied each row with.
        let inputScales: FloatMemory
        /// [T], what the feed-forward's norm multiplied each row with.
        let feedForwardScales: FloatMemory
    }

    /// [T, D] in front of each layer, and behind the last.
    let residuals: [FloatMemory]
    /// Every layer's.
    let layers: [Layer]
    /// [T, D], the final norm's output.
    let states: FloatMemory
    /// [T].
    let finalScales: FloatMemory

    /// [T, D], the gradient of ``states``.
    let stateGradient: FloatMemory
    /// [T, D], the gradient of the residual stream behind the layer, then in front of it.
    let outerGradient: FloatMemory
    /// [T, D], the gradient of the residual stream in the middle of the layer.
    let middleGradient: FloatMemory
    /// [T, Q].
    let gatheredGradient: FloatMemory
    /// [T, A].
    let attentionGradient: FloatMemory
    /// [T, F], the gradient of the activation's output, then the output itself.
    let activated: FloatMemory
    /// [T, F].
    let gateGradient: FloatMemory
    /// [T, F].
    let upGradient: FloatMemory
    /// [T, D], a norm's output, computed anew.
    let normed: FloatMemory
    /// [blocks of rows, D], what each block adds to the gradient of a norm's weight.
    let normGradients: FloatMemory

    /// Room for `maxTokens` rows of `shape`.
    init(_ shape: ReferenceShape, maxTokens rows: Int) {
        let width = rows * shape.width, forward = rows * shape.feedForward
        let attention = rows * shape.attentionWidth, queries = rows * shape.queryWidth
        residuals = (0...shape.layers).map { _ in FloatMemory(width) }
        layers = (0..<shape.layers).map { _ in
            Layer(
                attention: FloatMemory(attention), logSums: FloatMemory(rows * shape.heads),
                gathered: FloatMemory(queries), middle: FloatMemory(width),
                gate: FloatMemory(forward), up: FloatMemory(forward),
                inputScales: FloatMemory(rows), feedForwardScales: FloatMemory(rows))
        }
        states = FloatMemory(width)
        finalScales = FloatMemory(rows)
        stateGradient = FloatMemory(width)
        outerGradient = FloatMemory(width)
        middleGradient = FloatMemory(width)
        gatheredGradient = FloatMemory(queries)
        attentionGradient = FloatMemory(attention)
        activated = FloatMemory(forward)
        gateGradient = FloatMemory(forward)
        upGradient = FloatMemory(forward)
        normed = FloatMemory(width)
        normGradients = FloatMemory(RowBlocks.layers.count(rows) * shape.width)
    }

    /// Floats that it takes.
    static func floats(_ shape: ReferenceShape, maxTokens rows: Int) -> Int {
        let layer =
            shape.attentionWidth + shape.heads + shape.queryWidth + 2 * shape.width
            + 2 * shape.feedForward + 2
        let shared =
            6 * shape.width + shape.queryWidth + shape.attentionWidth + 3 * shape.feedForward + 1
        return rows * (shape.layers * layer + shared) + RowBlocks.layers.count(rows) * shape.width
    }
}
