import CKernels

/// Attention's jobs, and the gradients of matrices that run beside them.
extension TrainingPass {
    /// A job for each sequence and KV head.
    func attentionJobs(_ index: Int, _ batch: TokenBatch) -> [ckt_attention_job] {
        let kept = activations.layers[index], gradients = activations.attentionGradient.base
        let group = shape.heads / shape.kvHeads, stride = shape.attentionWidth
        return batch.spans.flatMap { span in
            (0..<shape.kvHeads).map { head in
                let row = span.lowerBound * stride
                let query = row + head * group * shape.headSize
                let key = row + shape.queryWidth + head * shape.headSize
                let value = key + shape.keyWidth
                let out = span.lowerBound * shape.queryWidth + head * group * shape.headSize
                return ckt_attention_job(
                    length: span.count, head_size: shape.headSize, group: group, stride: stride,
                    out_stride: shape.queryWidth, lse_stride: maxTokens,
                    q: kept.attention.base + query, k: kept.attention.base + key,
                    v: kept.attention.base + value, out: kept.gathered.base + out,
                    lse: kept.logSums.base + head * group * maxTokens + span.lowerBound,
                    dout: activations.gatheredGradient.base + out, dq: gradients + query,
                    dk: gradients + key, dv: gradients + value, scratch: scratch[0].base)
            }
        }
    }

    /// Runs backward attention and the tiles of `matrices`, which need nothing of each other.
    func compute(_ matrices: [WeightGradient], after jobs: [ckt_attention_job], rows: Int) {
        let tiles = matrices.flatMap { matrix in (0..<matrix.tiles).map { (matrix, $0) } }
        team.run(jobs.count + tiles.count) { task, worker in
            let memory = scratch[worker].base
            guard task >= jobs.count else {
                var job = jobs[task]
                job.scratch = memory
                return kernels.table.pointee.attention_backward(&job)
            }
            let (matrix, tile) = tiles[task - jobs.count]
            matrix.compute(
                tile, rows: rows, kernels: kernels, gradient: gradient.base, scratch: memory)
        }
    }
}
