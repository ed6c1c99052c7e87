import CKernels

/// The forward pass of a decoder over a batch of whole sequences, laid end to end
/// without padding, and the memory that it works in.
///
/// One a worker thread.
///
/// T rows (tokens of all sequences), D hidden, H heads, K KV heads, F feed-forward. There is no
/// KV cache: nothing is generated.
struct Transformer: ~Copyable {
    private let configuration: ModelConfiguration
    private let weights: DecoderWeights
    private let kernels: ComputeKernels
    private let panels: WeightPanels

    /// Where the time went.
    let clock = PartClock()

    /// [T, D], the residual stream.
    private let residual: FloatBuffer
    /// Packed activations [T, max(D, H · head size)]: normed states, then attention's output; what
    /// the feed-forward adds [T, D], where that is normed.
    private let normed: FloatBuffer
    /// Queries, keys and values [T, (H + 2K) · head size], then packed activations [T, F]; what
    /// attention adds [T, D], where that is normed, and the sum of a token's experts [T, D].
    private let wide: FloatBuffer
    /// What the feed-forward reads, packed [T, D], where it runs beside attention.
    private let besides: FloatBuffer
    /// One tile of rows, before it is packed.
    private let rowScratch: FloatBuffer
    private var attentionScratch = FloatBuffer(0)
    private var rotation: RotationTable
    /// Of the layers with a window, where they have a RoPE of their own; else it stays empty.
    private var windowRotation: RotationTable
    /// Of a mixture of experts.
    private var experts: ExpertFeedForward?

    /// Rows that the buffers hold.
    let maxTokens: Int

    /// Allocates for batches of `maxTokens` tokens.
    init(
        configuration: ModelConfiguration, weights: DecoderWeights, kernels: ComputeKernels,
        maxTokens: Int
    ) {
        self.configuration = configuration
        self.weights = weights
        self.kernels = kernels
        self.maxTokens = maxTokens
        let sizes = Sizes(configuration)
        let rows = Self.paddedRows(maxTokens)
        panels = WeightPanels(
            kernels: kernels, clock: clock, maxColumns: sizes.inputs, longest: maxTokens)
        residual = FloatBuffer(rows * configuration.hiddenSize)
        normed = FloatBuffer(rows * sizes.normed)
        wide = FloatBuffer(rows * sizes.wide)
        besides = FloatBuffer(rows * sizes.besides)
        rowScratch = FloatBuffer(16 * configuration.hiddenSize)
        rotation = RotationTable(configuration.rope, rotated: configuration.rotatedSize)
        windowRotation = RotationTable(
            configuration.windowRoPE ?? configuration.rope, rotated: configuration.rotatedSize)
        if let shape = configuration.experts {
            experts = ExpertFeedForward(
                configuration, shape, kernels: kernels, clock: clock, maxTokens: maxTokens)
        }
    }

    /// Rows of packed activations are written in whole tiles of up to 16.
    private static func paddedRows(_ tokens: Int) -> Int { (tokens + 15) / 16 * 16 + 16 }

    /// Widths of the buffers, in floats a row.
    private struct Sizes {
        let normed: Int
        let wide: Int
        let besides: Int
        /// The most inputs of a matrix.
        let inputs: Int

        init(_ configuration: ModelConfiguration) {
            let queries = configuration.heads * configuration.headSize
            normed = max(configuration.hiddenSize, queries)
            let experts = configuration.experts
            let dense = experts?.layers.contains(false) ?? true
            let activated = dense ? configuration.feedForwardSize : 0
            wide = max(
                queries + 2 * configuration.kvHeads * configuration.headSize, activated,
                configuration.normPlace == .before && experts == nil ? 0 : configuration.hiddenSize)
            besides = configuration.isParallel ? configuration.hiddenSize : 0
            inputs = max(normed, activated, experts?.feedForwardSize ?? 0)
        }
    }

    /// Bytes that one worker with batches of `maxTokens` tokens and sequences of up to
    /// `longest` takes.
    static func memory(
        _ configuration: ModelConfiguration, kernels: ComputeKernels, maxTokens: Int, longest: Int
    ) -> Int {
        let sizes = Sizes(configuration)
        let head = configuration.headSize
        let rotations = [configuration.rope] + (configuration.windowRoPE.map { [$0] } ?? [])
        let tables =
            configuration.positions == .learned
            ? 0
            : rotations.reduce(0) {
                $0
                    + RotationTable.floats(
                        $1, rotated: configuration.rotatedSize, longest: longest)
            }
        let floats =
            paddedRows(maxTokens)
            * (configuration.hiddenSize + sizes.normed + sizes.wide + sizes.besides)
            + 16 * configuration.hiddenSize
            + WeightPanels.floats(kernels: kernels, maxColumns: sizes.inputs, longest: maxTokens)
            + Int(ck_attention_scratch(Int64(longest), Int64(head)))
            + tables
        let experts = configuration.experts.map {
            ExpertFeedForward.floats(configuration, $0, maxTokens: maxTokens)
        }
        return (floats + (experts ?? 0)) * 4
    }

    /// Floating-point operations for a sequence of `tokens` tokens, of which the next one is
    /// predicted for `scored`: two a weight, and two products of causal attention.
    ///
    /// Of experts, those that compute a token count.
    static func operations(
        _ configuration: ModelConfiguration, tokens: Int, scored: Int
    ) -> Double {
        let c = configuration
        let queries = Double(c.heads * c.headSize), hidden = Double(c.hiddenSize)
        let projections = hidden * (2 * queries + 2 * Double(c.kvHeads * c.headSize))
        let attention = 2 * queries * Double(tokens + 1)
        let dense = (c.isGated ? 3 : 2) * hidden * Double(c.feedForwardSize)
        let mixture =
            c.experts.map { hidden * Double($0.count + 3 * $0.used * $0.feedForwardSize) } ?? 0
        let mixtures = Double(c.experts?.layers.count { $0 } ?? 0), layers = Double(c.layers)
        return Double(tokens)
            * (layers * (2 * projections + attention)
                + 2 * (mixtures * mixture + (layers - mixtures) * dense))
            + Double(scored) * 2 * hidden * Double(c.vocabularySize)
    }

    /// Runs every layer over `ids`, then the final norm of the rows in `scored`.
    ///
    /// - Parameters:
    ///   - ids: the tokens of all sequences, end to end.
    ///   - spans: each sequence's rows, in order, covering `ids`.
    ///   - scored: rows whose next token is to be predicted, ascending.
    ///   - isCancelled: asked before each layer.
    /// - Returns: packed activations [scored.count, D], valid until the next call.
    /// - Throws: `CancellationError`.
    mutating func hiddenStates(
        ids: [TokenID], spans: [Range<Int>], scored: [Int32], isCancelled: () -> Bool
    ) throws -> UnsafePointer<Float> {
        let rows = ids.count
        precondition(rows <= maxTokens && scored.count <= rows)
        clock.start()
        embed(ids, spans: spans)
        let longest = spans.map(\.count).max() ?? 0
        if configuration.positions == .rotary { rotation.extend(to: spans.map(\.count)) }
        if configuration.windowRoPE != nil { windowRotation.extend(to: spans.map(\.count)) }
        let needed = Int(ck_attention_scratch(Int64(longest), Int64(configuration.headSize)))
        if attentionScratch.count < needed { attentionScratch = FloatBuffer(needed) }
        clock.lap(.embedding)
        for (index, layer) in weights.layers.enumerated() {
            if isCancelled() { throw CancellationError() }
            // The feed-forward reads the states as they were before attention added to them.
            if configuration.isParallel {
                norm(layer.feedForwardNorm, rows: rows, into: besides.base)
            }
            attend(layer, index, rows: rows, spans: spans)
            feedForward(layer, rows: rows, spans: spans)
        }
        norm(weights.finalNorm, rows: scored.count, of: scored, into: normed.base)
        return UnsafePointer(normed.base)
    }

    /// residual = embedding, scaled, with learned positions added.
    private func embed(_ ids: [TokenID], spans: [Range<Int>]) {
        let hidden = configuration.hiddenSize, scale = configuration.embeddingScale
        for (row, id) in ids.enumerated() {
            let source = panels.loadRow(Int(id), of: weights.embedding)
            let states = residual.base + row * hidden
            states.update(from: source, count: hidden)
            if scale != 1 { for index in 0..<hidden { states[index] *= scale } }
        }
        guard let positions = weights.positions else { return }
        for span in spans {
            for (position, row) in span.enumerated() {
                ck_add_bias(
                    kernels.table, 1, Int64(hidden), residual.base + row * hidden, Int64(hidden),
                    panels.loadRow(position, of: positions))
            }
        }
    }

    /// residual += output · attention(norm(residual)), with a norm after it where the family has one.
    private func attend(
        _ layer: DecoderWeights.Layer, _ index: Int, rows: Int, spans: [Range<Int>]
    ) {
        let window = configuration.windows[index]
        let rotates = configuration.positions == .rotary && configuration.rotates?[index] ?? true
        let head = configuration.headSize
        let queries = configuration.heads * head, keys = configuration.kvHeads * head
        let stride = queries + 2 * keys
        norm(layer.attentionNorm, rows: rows, into: normed.base)
        linear(layer.query, rows: rows, spans: spans, into: wide.base, stride: stride)
        linear(layer.key, rows: rows, spans: spans, into: wide.base + queries, stride: stride)
        linear(
            layer.value, rows: rows, spans: spans, into: wide.base + queries + keys, stride: stride)
        if let query = layer.queryNorm, let key = layer.keyNorm {
            normHeads(query, of: queries, rows: rows, wide.base, stride: stride)
            normHeads(key, of: keys, rows: rows, wide.base + queries, stride: stride)
        }
        let pairing = configuration.rope.pairing == .halves ? CK_ROPE_HALVES : CK_ROPE_NEIGHBOURS
        let group = configuration.heads / configuration.kvHeads
        for span in spans {
            let first = wide.base + span.lowerBound * stride
            if rotates {
                let angles = angles(window: window, length: span.count)
                ck_rope(
                    kernels.table, Int64(span.count),
                    Int32(configuration.heads + configuration.kvHeads), Int32(head),
                    Int32(configuration.rotatedSize), Int32(pairing), first, Int64(stride),
                    angles.cosines, angles.sines)
            }
            clock.lap(.elementwise)
            for kvHead in 0..<configuration.kvHeads {
                var job = ck_attention_job()
                job.length = Int64(span.count)
                job.head_size = Int32(head)
                job.group = Int32(group)
                job.q = UnsafePointer(first + kvHead * group * head)
                job.k = UnsafePointer(first + queries + kvHead * head)
                job.v = UnsafePointer(first + queries + keys + kvHead * head)
                job.stride = Int64(stride)
                job.scale = configuration.attentionScale
                job.cap = configuration.attentionCap ?? 0
                job.window = Int64(window ?? 0)
                job.out = normed.base
                job.out_row = Int64(span.lowerBound)
                job.out_width = Int64(queries)
                job.out_column = Int64(kvHead * group * head)
                job.scratch = attentionScratch.base
                ck_attention(kernels.table, &job, kernels.tile)
            }
            clock.lap(.attention)
        }
        addToResidual(
            layer.attentionOutput, input: normed.base, norm: layer.attentionPostNorm,
            through: wide.base, rows: rows, spans: spans)
    }

    /// The angles of a layer that sees `window`, for a sequence of `length` tokens.
    private func angles(
        window: Int?, length: Int
    ) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        window != nil && configuration.windowRoPE != nil
            ? windowRotation.angles(length: length) : rotation.angles(length: length)
    }

    /// residual += down · (activation(gate · x) ∘ up · x), x = norm(residual): SwiGLU and its like
    /// (arXiv 2002.05202); without a gate down · activation(up · x).
    ///
    /// A mixture of experts adds what those of each token make of x.
    private mutating func feedForward(
        _ layer: DecoderWeights.Layer, rows: Int, spans: [Range<Int>]
    ) {
        let states = configuration.isParallel ? besides.base : normed.base
        if !configuration.isParallel { norm(layer.feedForwardNorm, rows: rows, into: states) }
        let activation = configuration.activation
        let dense: DecoderWeights.Dense
        switch layer.feedForward {
        case .dense(let weights): dense = weights
        case .experts(let weights):
            experts?.add(
                weights, norm: layer.feedForwardNorm, normed: states, residual: residual.base,
                sum: wide.base, spans: spans, panels: panels)
            return
        }
        if let gate = dense.gate {
            panels.multiplyGated(
                gate: gate, up: dense.up, activation: activation, input: states, rows: rows,
                spans: spans, output: wide.base)
        } else {
            panels.multiplyActivated(
                dense.up, activation: activation, input: states, rows: rows, spans: spans,
                output: wide.base)
        }
        addToResidual(
            dense.down, input: wide.base, norm: layer.feedForwardPostNorm, through: normed.base,
            rows: rows, spans: spans)
    }

    /// Norms each head of `width` states a row, or all of them together.
    private func normHeads(
        _ weight: [Float], of width: Int, rows: Int, _ states: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        ck_head_norm(
            kernels.table, Int64(rows), Int32(width / weight.count), Int32(weight.count), states,
            Int64(stride), weight, configuration.normEpsilon)
        clock.lap(.elementwise)
    }

    /// output = norm(residual), packed, of all rows or of `index`; without a norm the rows as they
    /// are.
    private func norm(
        _ norm: DecoderWeights.Norm?, rows: Int, of index: [Int32]? = nil,
        into output: UnsafeMutablePointer<Float>
    ) {
        let hidden = Int64(configuration.hiddenSize), epsilon = configuration.normEpsilon
        if let norm, let bias = norm.bias {
            ck_layer_norm(
                kernels.table, Int64(rows), hidden, residual.base, hidden, index, norm.weight, bias,
                epsilon, output, kernels.tile, rowScratch.base)
        } else if let norm {
            ck_rms_norm(
                kernels.table, Int64(rows), hidden, residual.base, hidden, index, norm.weight,
                epsilon, output, kernels.tile, rowScratch.base)
        } else {
            ck_pack(
                kernels.table, Int64(rows), hidden, residual.base, hidden, output, kernels.tile)
        }
        clock.lap(.elementwise)
    }

    private func linear(
        _ layer: DecoderWeights.Linear, rows: Int, spans: [Range<Int>],
        into output: UnsafeMutablePointer<Float>, stride: Int
    ) {
        panels.multiply(
            layer.weight, input: normed.base, rows: rows, spans: spans, output: output,
            stride: stride, accumulate: false)
        addBias(layer, rows: rows, to: output, stride: stride)
    }

    /// residual += layer · input, or norm(layer · input) by way of `buffer`, [T, D].
    private func addToResidual(
        _ layer: DecoderWeights.Linear, input: UnsafePointer<Float>, norm: DecoderWeights.Norm?,
        through buffer: UnsafeMutablePointer<Float>, rows: Int, spans: [Range<Int>]
    ) {
        let hidden = configuration.hiddenSize
        let output = norm == nil ? residual.base : buffer
        panels.multiply(
            layer.weight, input: input, rows: rows, spans: spans, output: output, stride: hidden,
            accumulate: norm == nil)
        addBias(layer, rows: rows, to: output, stride: hidden)
        guard let norm else { return }
        ck_rms_norm_add(
            kernels.table, Int64(rows), Int64(hidden), buffer, Int64(hidden), norm.weight,
            configuration.normEpsilon, residual.base, Int64(hidden), rowScratch.base)
        clock.lap(.elementwise)
    }

    private func addBias(
        _ layer: DecoderWeights.Linear, rows: Int, to output: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        guard let bias = layer.bias else { return }
        ck_add_bias(kernels.table, Int64(rows), Int64(bias.count), output, Int64(stride), bias)
        clock.lap(.elementwise)
    }

    /// Some rows of the states that ``hiddenStates(ids:spans:scored:isCancelled:)`` returned.
    borrowing func rows(_ rows: Range<Int>, of states: UnsafePointer<Float>) -> HiddenRows {
        HiddenRows(
            states: states, rows: rows, width: configuration.hiddenSize, tile: Int(kernels.tile))
    }

    /// The LM head over the states that ``hiddenStates(ids:spans:scored:isCancelled:)`` returned.
    borrowing func head(
        states: UnsafePointer<Float>, targets: [TokenID], spans: [Range<Int>],
        isCancelled: () -> Bool
    ) throws -> LMHead.Result {
        clock.start()
        return try LMHead(weight: weights.head, cap: configuration.logitCap).run(
            states: states, targets: targets, spans: spans, panels: panels,
            isCancelled: isCancelled)
    }
}
