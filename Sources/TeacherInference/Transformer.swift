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
    /// Packed activations [T, max(D, H · head size)]: normed states, then attention's output.
    private let normed: FloatBuffer
    /// Queries, keys and values [T, (H + 2K) · head size], then packed activations [T, F].
    private let wide: FloatBuffer
    /// One tile of rows, before it is packed.
    private let rowScratch: FloatBuffer
    private var attentionScratch = FloatBuffer(0)
    private var rotation: RotationTable

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
        rowScratch = FloatBuffer(16 * configuration.hiddenSize)
        rotation = RotationTable(configuration)
    }

    /// Rows of packed activations are written in whole tiles of up to 16.
    private static func paddedRows(_ tokens: Int) -> Int { (tokens + 15) / 16 * 16 + 16 }

    /// Widths of the buffers, in floats a row.
    private struct Sizes {
        let normed: Int
        let wide: Int
        /// The most inputs of a matrix.
        let inputs: Int

        init(_ configuration: ModelConfiguration) {
            let queries = configuration.heads * configuration.headSize
            normed = max(configuration.hiddenSize, queries)
            wide = max(
                queries + 2 * configuration.kvHeads * configuration.headSize,
                configuration.feedForwardSize)
            inputs = max(normed, configuration.feedForwardSize)
        }
    }

    /// Bytes that one worker with batches of `maxTokens` tokens and sequences of up to
    /// `longest` takes.
    static func memory(
        _ configuration: ModelConfiguration, kernels: ComputeKernels, maxTokens: Int, longest: Int
    ) -> Int {
        let sizes = Sizes(configuration)
        let head = configuration.headSize
        let floats =
            paddedRows(maxTokens) * (configuration.hiddenSize + sizes.normed + sizes.wide)
            + 16 * configuration.hiddenSize
            + WeightPanels.floats(kernels: kernels, maxColumns: sizes.inputs, longest: maxTokens)
            + Int(ck_attention_scratch(Int64(longest), Int64(head))) + longest * head
        return floats * 4
    }

    /// Floating-point operations for a sequence of `tokens` tokens, of which the next one is
    /// predicted for `scored`: two a weight, and two products of causal attention.
    static func operations(
        _ configuration: ModelConfiguration, tokens: Int, scored: Int
    ) -> Double {
        let c = configuration
        let queries = Double(c.heads * c.headSize), hidden = Double(c.hiddenSize)
        let layer =
            hidden * (2 * queries + 2 * Double(c.kvHeads * c.headSize))
            + 3 * hidden * Double(c.feedForwardSize)
        let attention = 2 * queries * Double(tokens + 1)
        return Double(tokens) * Double(c.layers) * (2 * layer + attention)
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
        let hidden = configuration.hiddenSize
        clock.start()
        for (row, id) in ids.enumerated() {
            let source = panels.loadRow(Int(id), of: weights.embedding)
            (residual.base + row * hidden).update(from: source, count: hidden)
        }
        let longest = spans.map(\.count).max() ?? 0
        rotation.extend(to: longest)
        let needed = Int(ck_attention_scratch(Int64(longest), Int64(configuration.headSize)))
        if attentionScratch.count < needed { attentionScratch = FloatBuffer(needed) }
        clock.lap(.embedding)
        for (layer, window) in zip(weights.layers, configuration.windows) {
            if isCancelled() { throw CancellationError() }
            attend(layer, rows: rows, spans: spans, window: window)
            feedForward(layer, rows: rows, spans: spans)
        }
        scored.withUnsafeBufferPointer { index in
            ck_rms_norm(
                kernels.table, Int64(scored.count), Int64(hidden), residual.base, Int64(hidden),
                index.baseAddress, weights.finalNorm, configuration.normEpsilon, normed.base,
                kernels.tile, rowScratch.base)
        }
        clock.lap(.elementwise)
        return UnsafePointer(normed.base)
    }

    /// residual += output · attention(norm(residual)).
    private func attend(
        _ layer: DecoderWeights.Layer, rows: Int, spans: [Range<Int>], window: Int?
    ) {
        let head = configuration.headSize
        let queries = configuration.heads * head, keys = configuration.kvHeads * head
        let stride = queries + 2 * keys
        norm(layer.attentionNorm, rows: rows)
        linear(layer.query, rows: rows, spans: spans, into: wide.base, stride: stride)
        linear(layer.key, rows: rows, spans: spans, into: wide.base + queries, stride: stride)
        linear(
            layer.value, rows: rows, spans: spans, into: wide.base + queries + keys, stride: stride)
        if let query = layer.queryNorm, let key = layer.keyNorm {
            normHeads(query, configuration.heads, rows: rows, wide.base, stride: stride)
            normHeads(key, configuration.kvHeads, rows: rows, wide.base + queries, stride: stride)
        }
        let pairing = configuration.rope.pairing == .halves ? CK_ROPE_HALVES : CK_ROPE_NEIGHBOURS
        let group = configuration.heads / configuration.kvHeads
        for span in spans {
            let first = wide.base + span.lowerBound * stride
            ck_rope(
                kernels.table, Int64(span.count),
                Int32(configuration.heads + configuration.kvHeads),
                Int32(head), Int32(head), Int32(pairing), first, Int64(stride), rotation.cosines,
                rotation.sines)
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
                job.scale = 1 / Float(head).squareRoot()
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
        addToResidual(layer.attentionOutput, input: normed.base, rows: rows, spans: spans)
    }

    /// residual += down · (silu(gate · x) ∘ up · x), x = norm(residual): SwiGLU (arXiv 2002.05202).
    private func feedForward(_ layer: DecoderWeights.Layer, rows: Int, spans: [Range<Int>]) {
        norm(layer.feedForwardNorm, rows: rows)
        panels.multiplyGated(
            gate: layer.gate, up: layer.up, input: normed.base, rows: rows, spans: spans,
            output: wide.base)
        addToResidual(layer.down, input: wide.base, rows: rows, spans: spans)
    }

    private func normHeads(
        _ weight: [Float], _ heads: Int, rows: Int, _ states: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        ck_head_norm(
            kernels.table, Int64(rows), Int32(heads), Int32(configuration.headSize), states,
            Int64(stride), weight, configuration.normEpsilon)
        clock.lap(.elementwise)
    }

    private func norm(_ weight: [Float], rows: Int) {
        let hidden = Int64(configuration.hiddenSize)
        ck_rms_norm(
            kernels.table, Int64(rows), hidden, residual.base, hidden, nil, weight,
            configuration.normEpsilon, normed.base, kernels.tile, rowScratch.base)
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

    private func addToResidual(
        _ layer: DecoderWeights.Linear, input: UnsafePointer<Float>, rows: Int, spans: [Range<Int>]
    ) {
        let hidden = configuration.hiddenSize
        panels.multiply(
            layer.weight, input: input, rows: rows, spans: spans, output: residual.base,
            stride: hidden, accumulate: true)
        addBias(layer, rows: rows, to: residual.base, stride: hidden)
    }

    private func addBias(
        _ layer: DecoderWeights.Linear, rows: Int, to output: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        guard let bias = layer.bias else { return }
        ck_add_bias(kernels.table, Int64(rows), Int64(bias.count), output, Int64(stride), bias)
        clock.lap(.elementwise)
    }

    /// The LM head over the states that ``hiddenStates(ids:spans:scored:isCancelled:)`` returned.
    borrowing func head(
        states: UnsafePointer<Float>, targets: [TokenID], spans: [Range<Int>],
        isCancelled: () -> Bool
    ) throws -> LMHead.Result {
        clock.start()
        return try LMHead(weight: weights.head).run(
            states: states, targets: targets, spans: spans, panels: panels,
            isCancelled: isCancelled)
    }
}
