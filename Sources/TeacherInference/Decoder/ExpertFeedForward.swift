import CKernels

/// The feed-forward of a layer that is a mixture of experts, and the memory that it works in.
///
/// The tokens of an expert are gathered, a block at a time, into packed activations, and only the
/// experts that a token is routed to compute it. A token's results are added up in the order of the
/// experts, as transformers adds them, whatever the batch.
struct ExpertFeedForward: ~Copyable {
    private let configuration: ModelConfiguration
    private let experts: ModelConfiguration.Experts
    private let kernels: ComputeKernels
    private let clock: PartClock
    private var routing: ExpertRouting
    /// [T, E], the router's.
    private let logits: FloatBuffer
    /// Packed activations [block, D]: normed states of an expert's tokens.
    private let inputs: FloatBuffer
    /// Packed activations [block, F].
    private let activated: FloatBuffer
    /// [block, D].
    private let outputs: FloatBuffer
    /// A tile of rows, before it is packed.
    private let rowScratch: FloatBuffer

    /// Tokens of an expert that are computed together: enough that dequantising its weights once
    /// more does not count.
    private static let block = 1024

    /// Allocates for batches of `maxTokens` tokens.
    init(
        _ configuration: ModelConfiguration, _ experts: ModelConfiguration.Experts,
        kernels: ComputeKernels, clock: PartClock, maxTokens: Int
    ) {
        self.configuration = configuration
        self.experts = experts
        self.kernels = kernels
        self.clock = clock
        routing = ExpertRouting(experts)
        let sizes = Sizes(configuration, experts, maxTokens: maxTokens)
        logits = FloatBuffer(sizes.logits)
        inputs = FloatBuffer(sizes.hidden)
        activated = FloatBuffer(sizes.activated)
        outputs = FloatBuffer(sizes.hidden)
        rowScratch = FloatBuffer(sizes.scratch)
    }

    private struct Sizes {
        let logits: Int
        let hidden: Int
        let activated: Int
        let scratch: Int

        init(
            _ configuration: ModelConfiguration, _ experts: ModelConfiguration.Experts,
            maxTokens: Int
        ) {
            // Rows of packed activations are written in whole tiles of up to 16.
            let rows = min(maxTokens, block) + 16
            logits = maxTokens * experts.count
            hidden = rows * configuration.hiddenSize
            activated = rows * experts.feedForwardSize
            scratch = 16 * configuration.hiddenSize
        }
    }

    /// Floats that the buffers hold, and twice the routing's numbers, for the memory formula.
    static func floats(
        _ configuration: ModelConfiguration, _ experts: ModelConfiguration.Experts, maxTokens: Int
    ) -> Int {
        let sizes = Sizes(configuration, experts, maxTokens: maxTokens)
        return sizes.logits + 2 * sizes.hidden + sizes.activated + sizes.scratch
            + 8 * maxTokens * experts.used
    }

    /// residual += Σ weight · expert(norm(residual)) over the experts of each token.
    ///
    /// - Parameters:
    ///   - weights: the layer's.
    ///   - norm: the layer's, an RMSNorm before the feed-forward: every family of experts has it.
    ///   - normed: packed activations [rows, D], the norm of all rows.
    ///   - residual: [rows, D].
    ///   - sum: room for [rows, D].
    ///   - spans: the sequences' rows.
    ///   - panels: what dequantises the weights and multiplies.
    mutating func add(
        _ weights: ExpertWeights, norm: DecoderWeights.Norm?, normed: UnsafePointer<Float>,
        residual: UnsafeMutablePointer<Float>, sum: UnsafeMutablePointer<Float>,
        spans: [Range<Int>], panels: borrowing WeightPanels
    ) {
        guard let norm = norm?.weight else {
            preconditionFailure("a mixture of experts norms what its experts read")
        }
        let rows = spans.last?.upperBound ?? 0
        let hidden = configuration.hiddenSize
        panels.multiply(
            weights.router, input: normed, rows: rows, spans: spans, output: logits.base,
            stride: experts.count, accumulate: false)
        routing.route(logits.base, count: rows)
        sum.update(repeating: 0, count: rows * hidden)
        clock.lap(.elementwise)
        routing.rows.withUnsafeBufferPointer { tokens in
            routing.weights.withUnsafeBufferPointer { factors in
                for (expert, place) in zip(weights.experts, routing.places) {
                    for block in blocks(tokens, place, spans: spans) {
                        let tokens = UnsafeBufferPointer(rebasing: tokens[block.entries])
                        let factors = UnsafeBufferPointer(rebasing: factors[block.entries])
                        compute(
                            expert, tokens, spans: block.spans, norm: norm, residual: residual,
                            panels: panels)
                        ck_add_rows(
                            kernels.table, Int64(tokens.count), Int64(hidden), outputs.base,
                            Int64(hidden), tokens.baseAddress, factors.baseAddress, sum,
                            Int64(hidden))
                        clock.lap(.elementwise)
                    }
                }
            }
        }
        ck_add_rows(
            kernels.table, Int64(rows), Int64(hidden), sum, Int64(hidden), nil, nil, residual,
            Int64(hidden))
        clock.lap(.elementwise)
    }

    /// What `expert` makes of the rows `tokens`, into ``outputs``.
    private func compute(
        _ expert: ExpertWeights.Expert, _ tokens: UnsafeBufferPointer<Int32>, spans: [Range<Int>],
        norm: [Float], residual: UnsafePointer<Float>, panels: borrowing WeightPanels
    ) {
        let hidden = Int64(configuration.hiddenSize)
        // Norming again costs less than a second copy of all normed rows.
        ck_rms_norm(
            kernels.table, Int64(tokens.count), hidden, residual, hidden, tokens.baseAddress, norm,
            configuration.normEpsilon, inputs.base, kernels.tile, rowScratch.base)
        clock.lap(.elementwise)
        panels.multiplyGated(
            gate: expert.gate, up: expert.up, activation: configuration.activation,
            input: inputs.base, rows: tokens.count, spans: spans, output: activated.base)
        panels.multiply(
            expert.down.weight, input: activated.base, rows: tokens.count, spans: spans,
            output: outputs.base, stride: configuration.hiddenSize, accumulate: false)
    }

    /// Entries of the routing that are computed together.
    private struct Block {
        var entries: Range<Int>
        /// The rows of each sequence within the block.
        ///
        /// They are cut at the same places in any batch: OpenBLAS' bits depend on how many rows it
        /// multiplies.
        var spans: [Range<Int>]
    }

    /// Cuts one expert's entries `place` into blocks.
    private func blocks(
        _ tokens: UnsafeBufferPointer<Int32>, _ place: Range<Int>, spans: [Range<Int>]
    ) -> [Block] {
        var blocks: [Block] = []
        var sequence = 0, start = place.lowerBound
        while start < place.upperBound {
            while spans[sequence].upperBound <= Int(tokens[start]) { sequence += 1 }
            var end = start
            while end < place.upperBound, end - start < Self.block,
                Int(tokens[end]) < spans[sequence].upperBound
            { end += 1 }
            if let last = blocks.last, end - last.entries.lowerBound <= Self.block {
                let first = last.entries.lowerBound
                blocks[blocks.count - 1].entries = first..<end
                blocks[blocks.count - 1].spans.append(start - first..<end - first)
            } else {
                blocks.append(Block(entries: start..<end, spans: [0..<end - start]))
            }
            start = end
        }
        return blocks
    }
}
