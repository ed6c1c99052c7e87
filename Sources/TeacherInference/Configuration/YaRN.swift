import Foundation

extension ModelConfiguration.RoPE {
    /// YaRN (arXiv 2309.00071), as transformers' `_compute_yarn_parameters` has it.
    public struct YaRN: Sendable, Equatable {
        /// Low frequencies are divided by it.
        public var factor: Double
        /// Tokens that the model was first trained on.
        public var originalContext: Int
        /// A frequency that turns more often than this within the original context is kept.
        public var betaFast = 32.0
        /// One that turns less often is divided by the whole factor.
        public var betaSlow = 1.0
        /// Whether the bounds between are rounded to whole pairs.
        public var truncates = true
        /// What cosines and sines are multiplied with.
        public var attentionFactor: Double

        /// The factor of attention where none is stated.
        ///
        /// - Parameters:
        ///   - factor: that of the frequencies.
        ///   - mscale: what it is weighed with, `mscale` and `mscale_all_dim`; both or none count.
        /// - Returns: what cosines and sines are multiplied with.
        static func attentionFactor(_ factor: Double, mscale: (Double, Double)? = nil) -> Double {
            func scale(_ by: Double) -> Double { factor <= 1 ? 1 : 0.1 * by * log(factor) + 1 }
            guard let mscale, mscale.0 != 0, mscale.1 != 0 else { return scale(1) }
            return scale(mscale.0) / scale(mscale.1)
        }

        /// Radians a position, of pairs whose plain frequencies are 1 / `powers`.
        func frequencies(_ powers: [Float], base: Double) -> [Float] {
            let rotated = Double(2 * powers.count)
            func pair(turns: Double) -> Double {
                rotated * log(Double(originalContext) / (turns * 2 * .pi)) / (2 * log(base))
            }
            var (low, high) = (pair(turns: betaFast), pair(turns: betaSlow))
            if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
            (low, high) = (max(low, 0), min(high, rotated - 1))
            if low == high { high += 0.001 }
            return powers.enumerated().map { index, power in
                let ramp = min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
                let kept = 1 - ramp
                return 1 / (Float(factor) * power) * (1 - kept) + 1 / power * kept
            }
        }
    }
}
