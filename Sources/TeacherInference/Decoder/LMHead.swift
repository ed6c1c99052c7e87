import CKernels
import Foundation

/// The LM head fused with the loss: panels of the vocabulary pass over the batch and leave, for
/// each row, the running maximum and Σ exp(logit − maximum).
///
/// [tokens, vocabulary] never exists.
///
/// Online normaliser: Milakov and Gimelshein 2018 (arXiv 1805.02867).
struct LMHead {
    /// [V, D].
    let weight: Tensor
    /// Where logits are soft-capped: cap · tanh(logit / cap); nil for nowhere.
    var cap: Float?

    /// What is known of each row's target.
    struct Result {
        /// −ln p(target), nats; not finite where the model's arithmetic broke down.
        var nll: [Double]
        /// How many of the V tokens the model ranks before the target.
        var above: [Int32]
    }

    /// - Parameters:
    ///   - states: packed activations [rows, D].
    ///   - targets: the token that each row is to predict.
    ///   - spans: rows of each sequence, for OpenBLAS.
    ///   - panels: what dequantises the head.
    ///   - isCancelled: asked before each panel.
    /// - Returns: what is known of each row's target.
    /// - Throws: `CancellationError`.
    func run(
        states: UnsafePointer<Float>, targets: [TokenID], spans: [Range<Int>],
        panels: borrowing WeightPanels, isCancelled: () -> Bool
    ) throws -> Result {
        let rows = targets.count
        var targetLogits = targetLogits(states: states, targets: targets, panels: panels)
        var maxima = [Float](repeating: -.infinity, count: rows)
        var sums = [Double](repeating: 0, count: rows)
        var above = [Int32](repeating: 0, count: rows)
        try targets.withUnsafeBufferPointer { targets in
            try targetLogits.withUnsafeMutableBufferPointer { logits in
                try maxima.withUnsafeMutableBufferPointer { maxima in
                    try sums.withUnsafeMutableBufferPointer { sums in
                        try above.withUnsafeMutableBufferPointer { above in
                            var state = ck_head_state(
                                target: targets.baseAddress,
                                target_logit: logits.baseAddress.map { UnsafePointer($0) },
                                max: maxima.baseAddress, sum: sums.baseAddress,
                                above: above.baseAddress, cap: cap ?? 0)
                            try panels.reduce(
                                weight, states: states, rows: rows, spans: spans,
                                state: &state, isCancelled: isCancelled)
                        }
                    }
                }
            }
        }
        let nll = (0..<rows).map { row in
            (Double(maxima[row]) - Double(targetLogits[row])) + log(sums[row])
        }
        return Result(nll: nll, above: above)
    }

    /// Each row's target logit, first, so that ranks can be counted while the panels pass.
    private func targetLogits(
        states: UnsafePointer<Float>, targets: [TokenID], panels: borrowing WeightPanels
    ) -> [Float] {
        let inner = weight.shape[1], tile = Int(panels.kernels.tile)
        var logits = [Float](repeating: 0, count: targets.count)
        for (row, target) in targets.enumerated() {
            let start = states + row / tile * tile * inner + row % tile
            logits[row] = ck_dot(
                panels.kernels.table, Int64(inner), start, Int64(tile),
                panels.loadRow(Int(target), of: weight))
        }
        if let cap { ck_soft_cap(panels.kernels.table, Int64(logits.count), &logits, cap) }
        return logits
    }
}
