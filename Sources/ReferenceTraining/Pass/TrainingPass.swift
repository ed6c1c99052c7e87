import CKernels
import Foundation

/// Forward and backward over a batch in Float32, and the memory that they work in.
///
/// T rows (predicted tokens of all sequences), D width. Work is cut into blocks, tiles and jobs whose
/// boundaries and order of sums do not depend on the number of threads, so the same batch gives the
/// same bits on any number.
package final class TrainingPass {
    /// The model's shape.
    let shape: ReferenceShape
    /// Where each tensor lies in weights and gradients.
    package let layout: ParameterLayout
    /// The instruction set.
    let kernels: TrainingKernels
    /// The threads.
    let team: ThreadTeam
    /// Rows that a batch has at most.
    let maxTokens: Int

    /// The weights, in the order of the layout.
    package let weights: FloatMemory
    /// The gradients of the mean loss, after ``gradients(of:isCancelled:)``.
    package let gradient: FloatMemory

    let packed: PackedWeights
    let activations: Activations
    let rotations: Rotations
    let head: LossHead
    /// Working memory of each thread.
    let scratch: [FloatMemory]

    /// Allocates for batches of `maxTokens` rows and sequences of up to `longest` rows.
    package init(
        _ shape: ReferenceShape, kernels: TrainingKernels, threads: Int, maxTokens: Int,
        longest: Int
    ) {
        self.shape = shape
        self.kernels = kernels
        self.maxTokens = maxTokens
        layout = ParameterLayout(shape)
        team = ThreadTeam(count: threads)
        weights = FloatMemory(layout.count)
        gradient = FloatMemory(layout.count)
        packed = PackedWeights(layout, kernels: kernels)
        activations = Activations(shape, maxTokens: maxTokens)
        rotations = Rotations(shape, positions: longest)
        head = LossHead(layout, kernels: kernels, team: team)
        let floats = BlockScratch.floats(shape, longest: longest)
        scratch = (0..<team.count).map { _ in FloatMemory(floats) }
    }

    /// Bytes that a pass takes, its weights and gradients included.
    static func memory(
        _ shape: ReferenceShape, threads: Int, maxTokens: Int, longest: Int
    ) -> Int {
        let layout = ParameterLayout(shape)
        return 4
            * (2 * layout.count + PackedWeights.floats(layout)
                + Activations.floats(shape, maxTokens: maxTokens) + longest * shape.headSize
                + LossHead.floats(layout)
                + max(1, threads) * BlockScratch.floats(shape, longest: longest))
    }

    /// The sum of the losses of a batch.
    ///
    /// - Parameters:
    ///   - batch: up to ``maxTokens`` rows.
    ///   - isCancelled: asked before each layer and each block of the head.
    /// - Returns: Σ −ln p(target), nats.
    /// - Throws: `CancellationError`.
    package func loss(
        of batch: TokenBatch, isCancelled: () -> Bool = { false }
    ) throws -> Double {
        try forward(batch, isCancelled: isCancelled)
        return try head.run(
            states: activations.states.base, targets: batch.targets, packed: packed,
            gradients: nil, isCancelled: isCancelled)
    }

    /// The sum of the losses of a batch; leaves the gradients of their mean in ``gradient``.
    ///
    /// - Parameters:
    ///   - batch: up to ``maxTokens`` rows.
    ///   - isCancelled: asked before each layer and each block of the head.
    /// - Returns: Σ −ln p(target), nats.
    /// - Throws: `CancellationError`; the gradients are then of no batch.
    package func gradients(
        of batch: TokenBatch, isCancelled: () -> Bool = { false }
    ) throws -> Double {
        try forward(batch, isCancelled: isCancelled)
        let sum = try head.run(
            states: activations.states.base, targets: batch.targets, packed: packed,
            gradients: LossHead.Gradients(
                states: activations.stateGradient.base,
                embedding: gradient.base + layout.embedding.offset,
                weight: 1 / Float(batch.rows), scratch: scratch),
            isCancelled: isCancelled)
        try backward(batch, isCancelled: isCancelled)
        return sum
    }

    private func forward(_ batch: TokenBatch, isCancelled: () -> Bool) throws {
        precondition(batch.rows <= maxTokens && batch.rows > 0)
        packed.pack(weights.base, team: team)
        embed(batch)
        for layer in 0..<shape.layers {
            if isCancelled() { throw CancellationError() }
            forward(layer: layer, batch)
        }
        forEachBlock(batch.rows) { _, rows, _ in
            let first = rows.lowerBound * shape.width
            kernels.table.pointee.rms_norm(
                rows.count, shape.width, activations.residuals[shape.layers].base + first,
                weights.base + layout.finalNorm.offset, Float(shape.normEpsilon),
                activations.states.base + first, activations.finalScales.base + rows.lowerBound)
        }
    }

    private func backward(_ batch: TokenBatch, isCancelled: () -> Bool) throws {
        let last = activations.residuals[shape.layers].base
        forEachBlock(batch.rows) { block, rows, scratch in
            let first = rows.lowerBound * shape.width
            kernels.table.pointee.rms_norm_backward(
                rows.count, shape.width, last + first,
                activations.finalScales.base + rows.lowerBound,
                weights.base + layout.finalNorm.offset, activations.stateGradient.base + first,
                nil, activations.outerGradient.base + first,
                activations.normGradients.base + block * shape.width, scratch.rows)
        }
        sumNormGradients(of: layout.finalNorm, rows: batch.rows)
        for layer in (0..<shape.layers).reversed() {
            if isCancelled() { throw CancellationError() }
            backward(layer: layer, batch)
        }
        addEmbeddingGradient(batch)
    }

    private func embed(_ batch: TokenBatch) {
        let width = shape.width
        let table = weights.base + layout.embedding.offset
        forEachBlock(batch.rows) { _, rows, _ in
            for row in rows {
                (activations.residuals[0].base + row * width).update(
                    from: table + Int(batch.inputs[row]) * width, count: width)
            }
        }
    }

    /// Adds what came through the layers to the head's gradient of the embedding.
    ///
    /// Each task owns a range of the vocabulary and adds its tokens in the order of the rows.
    private func addEmbeddingGradient(_ batch: TokenBatch) {
        let width = shape.width, ranges = 32, vocabulary = shape.vocabulary
        let destination = gradient.base + layout.embedding.offset
        team.run(ranges) { task, _ in
            let owned = Int32(vocabulary * task / ranges)..<Int32(vocabulary * (task + 1) / ranges)
            batch.inputs.withUnsafeBufferPointer { inputs in
                for row in 0..<inputs.count where owned.contains(inputs[row]) {
                    kernels.table.pointee.add(
                        width, activations.outerGradient.base + row * width,
                        destination + Int(inputs[row]) * width)
                }
            }
        }
    }

    /// Puts the blocks' gradients of a norm's weight together, in their order.
    func sumNormGradients(of norm: ParameterLayout.Tensor, rows: Int) {
        let destination = gradient.base + norm.offset, parts = activations.normGradients.base
        destination.update(from: parts, count: shape.width)
        for block in 1..<max(1, RowBlocks.layers.count(rows)) {
            kernels.table.pointee.add(shape.width, parts + block * shape.width, destination)
        }
    }

    /// Runs `body` for each block of rows, with the working memory of its thread.
    func forEachBlock(
        _ rows: Int, _ body: (_ block: Int, _ rows: Range<Int>, _ scratch: BlockScratch) -> Void
    ) {
        team.run(RowBlocks.layers.count(rows)) { block, worker in
            body(
                block, RowBlocks.layers.range(block, of: rows),
                BlockScratch(scratch[worker].base, shape))
        }
    }
}
