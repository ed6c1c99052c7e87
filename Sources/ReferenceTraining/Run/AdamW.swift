import CKernels
import Foundation

/// AdamW (Loshchilov and Hutter 2019, algorithm 2), as PyTorch computes it, with the gradient clipped
/// by its norm over all weights.
struct AdamW {
    private let kernels: TrainingKernels
    private let team: ThreadTeam
    private let pieces: [Piece]

    /// [parameters], the gradient's mean.
    let first: FloatMemory
    /// [parameters], the squared gradient's mean.
    let second: FloatMemory

    /// Neighbouring numbers that one task updates: boundaries are fixed, as is the order of sums.
    private struct Piece {
        let range: Range<Int>
        let decays: Bool
    }

    /// Moments of 0 for the tensors of `layout`.
    init(_ layout: ParameterLayout, kernels: TrainingKernels, team: ThreadTeam) {
        self.kernels = kernels
        self.team = team
        let longest = 1 << 15
        pieces = layout.tensors.flatMap { tensor in
            stride(from: tensor.offset, to: tensor.range.upperBound, by: longest).map { first in
                Piece(
                    range: first..<min(first + longest, tensor.range.upperBound),
                    decays: tensor.decays)
            }
        }
        first = FloatMemory(layout.count)
        second = FloatMemory(layout.count)
    }

    /// The gradient's norm over all weights.
    func norm(of gradient: FloatMemory) -> Double {
        var squares = [Double](repeating: 0, count: pieces.count)
        squares.withUnsafeMutableBufferPointer { squares in
            guard let base = squares.baseAddress else { return }
            team.run(pieces.count) { task, _ in
                let range = pieces[task].range
                base[task] = kernels.table.pointee.sum_squares(
                    range.count, gradient.base + range.lowerBound)
            }
        }
        return squares.reduce(0, +).squareRoot()
    }

    /// Updates `weights` by `gradient`, whose norm is `norm`.
    ///
    /// - Parameters:
    ///   - weights: every weight.
    ///   - gradient: its gradient.
    ///   - norm: of the gradient, from ``norm(of:)``.
    ///   - step: counted from 0.
    ///   - settings: rates and decays.
    func update(
        _ weights: FloatMemory, gradient: FloatMemory, norm: Double, step: Int,
        settings: TrainingSettings
    ) {
        let rate = settings.learningRate(step: step), count = Double(step + 1)
        let matrices = ckt_adamw(
            gradient_scale: Float(min(1, settings.clipNorm / (norm + 1e-6))),
            keep: Float(1 - rate * settings.weightDecay), beta1: Float(settings.beta1),
            beta2: Float(settings.beta2),
            rate: Float(rate / (1 - pow(settings.beta1, count))),
            correction: Float(1 / (1 - pow(settings.beta2, count)).squareRoot()),
            epsilon: Float(settings.epsilon))
        var norms = matrices
        norms.keep = 1
        team.run(pieces.count) { [norms] task, _ in
            var constants = pieces[task].decays ? matrices : norms
            let start = pieces[task].range.lowerBound
            kernels.table.pointee.adamw(
                pieces[task].range.count, &constants, gradient.base + start, weights.base + start,
                first.base + start, second.base + start)
        }
    }
}
