import Foundation

extension ModelConfiguration.RoPE {
    /// LongRoPE (arXiv 2402.13753), as transformers' `_compute_longrope_parameters` has it.
    public struct LongRoPE: Sendable, Equatable {
        /// Each pair's divisor in sequences up to the original context.
        public var short: [Float]
        /// And in longer ones, from their first token on.
        public var long: [Float]
        /// Tokens that the model was first trained on.
        public var originalContext: Int
        /// What cosines and sines are multiplied with, in sequences of any length.
        public var attentionFactor: Double

        /// The factor of attention where none is stated, of a context `factor` times the original.
        static func attentionFactor(_ factor: Double, originalContext: Int) -> Double {
            guard factor > 1 else { return 1 }
            return (1 + log(factor) / log(Double(originalContext))).squareRoot()
        }

        /// What is wrong with it, for heads of which `rotated` dimensions rotate.
        func problem(rotated: Int) -> String? {
            for (name, factors) in [("short", short), ("long", long)] {
                guard factors.count == rotated / 2, factors.allSatisfy({ $0.isFinite && $0 > 0 })
                else {
                    return "LongRoPE's \(name) factors are \(factors.count) numbers, expected "
                        + "\(rotated / 2) positive ones"
                }
            }
            guard attentionFactor.isFinite, attentionFactor > 0 else {
                return
                    "LongRoPE's attention factor is \(attentionFactor), expected a positive number"
            }
            return nil
        }
    }
}
