import CKernels

/// One decoder layer, forward and backward.
extension TrainingPass {
    /// One thread's part of a layer: some rows, and the memory to work in.
    private struct Part {
        let table: UnsafePointer<ckt_table>
        let packed: PackedWeights
        let rows: Int
        let scratch: BlockScratch

        /// Packs rows [rows, inner] as the left operand of the next products.
        func take(_ source: UnsafePointer<Float>, inner: Int, stride: Int) {
            table.pointee.pack_rows(rows, inner, source, stride, scratch.packed, table.pointee.mr)
        }

        /// out[rows, outputs] (+)= what was taken · matrixᵀ.
        func multiply(
            _ matrix: ParameterLayout.Tensor, into out: UnsafeMutablePointer<Float>, stride: Int,
            add: Bool = false
        ) {
            table.pointee.product(
                rows, matrix.outputs, matrix.inputs, scratch.packed, packed.forward(matrix),
                matrix.inputs * table.pointee.nr, out, stride, add ? 1 : 0)
        }

        /// out[rows, inputs] (+)= what was taken · matrix.
        func multiplyBack(
            _ matrix: ParameterLayout.Tensor, into out: UnsafeMutablePointer<Float>,
            add: Bool = false
        ) {
            table.pointee.product(
                rows, matrix.inputs, matrix.outputs, scratch.packed, packed.backward(matrix),
                matrix.outputs * table.pointee.nr, out, matrix.inputs, add ? 1 : 0)
        }
    }

    private func part(_ rows: Range<Int>, _ scratch: BlockScratch) -> Part {
        Part(table: kernels.table, packed: packed, rows: rows.count, scratch: scratch)
    }

    /// residuals[layer + 1] from residuals[layer].
    func forward(layer index: Int, _ batch: TokenBatch) {
        let tensors = layout.layers[index], kept = activations.layers[index]
        let input = activations.residuals[index].base
        forEachBlock(batch.rows) { _, rows, scratch in
            attentionInputs(part(rows, scratch), rows, tensors, kept, input, batch)
        }
        let jobs = attentionJobs(index, batch)
        team.run(jobs.count) { task, worker in
            var job = jobs[task]
            job.scratch = scratch[worker].base
            kernels.table.pointee.attention(&job)
        }
        let output = activations.residuals[index + 1].base
        forEachBlock(batch.rows) { _, rows, scratch in
            feedForward(part(rows, scratch), rows, tensors, kept, input, output)
        }
    }

    /// Queries, keys and values of some rows, rotated.
    private func attentionInputs(
        _ part: Part, _ rows: Range<Int>, _ tensors: ParameterLayout.Layer,
        _ kept: Activations.Layer, _ input: UnsafePointer<Float>, _ batch: TokenBatch
    ) {
        let width = shape.width, stride = shape.attentionWidth, first = rows.lowerBound
        let normed = part.scratch.rows
        part.table.pointee.rms_norm(
            rows.count, width, input + first * width, weights.base + tensors.inputNorm.offset,
            Float(shape.normEpsilon), normed, kept.inputScales.base + first)
        part.take(normed, inner: width, stride: width)
        let out = kept.attention.base + first * stride
        part.multiply(tensors.query, into: out, stride: stride)
        part.multiply(tensors.key, into: out + shape.queryWidth, stride: stride)
        part.multiply(
            tensors.value, into: out + shape.queryWidth + shape.keyWidth, stride: stride)
        rotate(out, rows, batch, sign: 1)
    }

    private func rotate(
        _ queries: UnsafeMutablePointer<Float>, _ rows: Range<Int>, _ batch: TokenBatch, sign: Float
    ) {
        batch.positions.withUnsafeBufferPointer { positions in
            guard let positions = positions.baseAddress else { return }
            kernels.table.pointee.rotate(
                rows.count, shape.heads + shape.kvHeads, shape.headSize, queries,
                shape.attentionWidth, positions + rows.lowerBound, rotations.cosines.base,
                rotations.sines.base, sign)
        }
    }

    /// Some rows of the residual stream behind the layer, from what the heads gathered.
    private func feedForward(
        _ part: Part, _ rows: Range<Int>, _ tensors: ParameterLayout.Layer,
        _ kept: Activations.Layer, _ input: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>
    ) {
        let width = shape.width, inner = shape.feedForward, first = rows.lowerBound
        let middle = kept.middle.base + first * width
        middle.update(from: input + first * width, count: rows.count * width)
        part.take(
            kept.gathered.base + first * shape.queryWidth, inner: shape.queryWidth,
            stride: shape.queryWidth)
        part.multiply(tensors.output, into: middle, stride: width, add: true)
        let normed = part.scratch.rows
        part.table.pointee.rms_norm(
            rows.count, width, middle, weights.base + tensors.feedForwardNorm.offset,
            Float(shape.normEpsilon), normed, kept.feedForwardScales.base + first)
        part.take(normed, inner: width, stride: width)
        let gate = kept.gate.base + first * inner, up = kept.up.base + first * inner
        part.multiply(tensors.gate, into: gate, stride: inner)
        part.multiply(tensors.up, into: up, stride: inner)
        part.table.pointee.swiglu(rows.count * inner, gate, up, part.scratch.rows)
        part.take(part.scratch.rows, inner: inner, stride: inner)
        let out = output + first * width
        out.update(from: middle, count: rows.count * width)
        part.multiply(tensors.down, into: out, stride: width, add: true)
    }

    /// Every tensor's gradient of a layer, and the outer gradient in front of it from that behind it.
    func backward(layer index: Int, _ batch: TokenBatch) {
        let tensors = layout.layers[index], kept = activations.layers[index]
        forEachBlock(batch.rows) { block, rows, scratch in
            feedForwardBackward(part(rows, scratch), rows, tensors, kept, block)
        }
        sumNormGradients(of: tensors.feedForwardNorm, rows: batch.rows)
        compute(
            [
                WeightGradient(
                    matrix: tensors.down, outputs: activations.outerGradient.base,
                    outputStride: shape.width, inputs: activations.activated.base),
                WeightGradient(
                    matrix: tensors.gate, outputs: activations.gateGradient.base,
                    outputStride: shape.feedForward, inputs: activations.normed.base),
                WeightGradient(
                    matrix: tensors.up, outputs: activations.upGradient.base,
                    outputStride: shape.feedForward, inputs: activations.normed.base),
                WeightGradient(
                    matrix: tensors.output, outputs: activations.middleGradient.base,
                    outputStride: shape.width, inputs: kept.gathered.base),
            ], after: attentionJobs(index, batch), rows: batch.rows)
        let input = activations.residuals[index].base
        forEachBlock(batch.rows) { block, rows, scratch in
            attentionInputsBackward(
                part(rows, scratch), rows, tensors, kept, input, batch, block)
        }
        sumNormGradients(of: tensors.inputNorm, rows: batch.rows)
        let stride = shape.attentionWidth, gradients = activations.attentionGradient.base
        let places = [0, shape.queryWidth, shape.queryWidth + shape.keyWidth]
        compute(
            zip([tensors.query, tensors.key, tensors.value], places).map { matrix, place in
                WeightGradient(
                    matrix: matrix, outputs: gradients + place, outputStride: stride,
                    inputs: activations.normed.base)
            }, after: [], rows: batch.rows)
    }

    /// From the gradient behind the layer to those of its middle and of what the heads gathered.
    private func feedForwardBackward(
        _ part: Part, _ rows: Range<Int>, _ tensors: ParameterLayout.Layer,
        _ kept: Activations.Layer, _ block: Int
    ) {
        let width = shape.width, inner = shape.feedForward, first = rows.lowerBound
        let outer = activations.outerGradient.base + first * width
        let activated = activations.activated.base + first * inner
        let gate = activations.gateGradient.base + first * inner
        let up = activations.upGradient.base + first * inner
        part.take(outer, inner: width, stride: width)
        part.multiplyBack(tensors.down, into: activated)
        part.table.pointee.swiglu_backward(
            rows.count * inner, kept.gate.base + first * inner, kept.up.base + first * inner,
            activated, gate, up)
        let normed = part.scratch.gradient
        part.take(gate, inner: inner, stride: inner)
        part.multiplyBack(tensors.gate, into: normed)
        part.take(up, inner: inner, stride: inner)
        part.multiplyBack(tensors.up, into: normed, add: true)
        let middle = activations.middleGradient.base + first * width
        part.table.pointee.rms_norm_backward(
            rows.count, width, kept.middle.base + first * width,
            kept.feedForwardScales.base + first, weights.base + tensors.feedForwardNorm.offset,
            normed, outer, middle, activations.normGradients.base + block * width,
            activations.normed.base + first * width)
        part.take(middle, inner: width, stride: width)
        part.multiplyBack(
            tensors.output, into: activations.gatheredGradient.base + first * shape.queryWidth)
    }

    /// From the gradients of queries, keys and values to that in front of the layer.
    private func attentionInputsBackward(
        _ part: Part, _ rows: Range<Int>, _ tensors: ParameterLayout.Layer,
        _ kept: Activations.Layer, _ input: UnsafePointer<Float>, _ batch: TokenBatch, _ block: Int
    ) {
        let width = shape.width, stride = shape.attentionWidth, first = rows.lowerBound
        let gradients = activations.attentionGradient.base + first * stride
        rotate(gradients, rows, batch, sign: -1)
        let normed = part.scratch.gradient
        part.take(gradients, inner: shape.queryWidth, stride: stride)
        part.multiplyBack(tensors.query, into: normed)
        part.take(gradients + shape.queryWidth, inner: shape.keyWidth, stride: stride)
        part.multiplyBack(tensors.key, into: normed, add: true)
        part.take(
            gradients + shape.queryWidth + shape.keyWidth, inner: shape.keyWidth, stride: stride)
        part.multiplyBack(tensors.value, into: normed, add: true)
        part.table.pointee.rms_norm_backward(
            rows.count, width, input + first * width, kept.inputScales.base + first,
            weights.base + tensors.inputNorm.offset, normed,
            activations.middleGradient.base + first * width,
            activations.outerGradient.base + first * width,
            activations.normGradients.base + block * width,
            activations.normed.base + first * width)
    }
}
