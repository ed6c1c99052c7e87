import Foundation

extension ModelConfiguration {
    /// Rotary position embedding (Su 2021, arXiv 2104.09864) with its extensions.
    public struct RoPE: Sendable, Equatable {
        /// The base θ of the frequencies.
        public var base: Double
        /// Which dimensions of a head rotate together.
        public var pairing: Pairing
        /// How the frequencies are changed for longer contexts.
        public var scaling: Scaling

        /// Pairs of dimensions.
        ///
        /// GGUF's llama stores queries and keys permuted for neighbours.
        public enum Pairing: Sendable {
            /// (i, i + n/2), as in Hugging Face.
            case halves
            /// (2i, 2i + 1), as in Meta's code and in GGUF files of the llama architecture.
            case neighbours
        }

        /// A change of the frequencies.
        public enum Scaling: Sendable, Equatable {
            case none
            /// Every frequency divided by `factor`.
            case linear(factor: Double)
            /// Llama 3.1's: low frequencies divided by `factor`, high ones kept, smooth between.
            case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalContext: Int)
            /// GGUF's `rope_freqs.weight`: each frequency divided by its own factor.
            case factors([Float])
            /// High frequencies kept, low ones divided, linear between.
            case yarn(YaRN)
            /// Each frequency divided by its own factor, another one in long sequences.
            case longrope(LongRoPE)
        }

        /// What cosines and sines are multiplied with.
        var attentionFactor: Double {
            switch scaling {
            case .none, .linear, .llama3, .factors: 1
            case .yarn(let yarn): yarn.attentionFactor
            case .longrope(let longrope): longrope.attentionFactor
            }
        }

        /// The longest sequence that has the usual frequencies; longer ones have others.
        var usualLength: Int {
            if case .longrope(let longrope) = scaling { longrope.originalContext } else { .max }
        }

        /// Radians a position for each of the `rotated / 2` pairs, of a sequence that is long or not.
        ///
        /// Computed in Float32 as transformers does, so that angles at far positions agree.
        func frequencies(rotated: Int, isLong: Bool = false) -> [Float] {
            let powers = (0..<rotated / 2).map { pair in
                Float(pow(base, Double(Float(2 * pair) / Float(rotated))))
            }
            let plain = powers.map { 1 / $0 }
            switch scaling {
            case .none: return plain
            case .linear(let factor): return plain.map { $0 / Float(factor) }
            case .factors(let factors): return zip(plain, factors).map { $0 / $1 }
            case .llama3(let factor, let low, let high, let original):
                return plain.map { frequency in
                    let wavelength = 2 * Float.pi / frequency
                    let original = Float(original)
                    if wavelength > original / Float(low) { return frequency / Float(factor) }
                    if wavelength < original / Float(high) { return frequency }
                    let smooth =
                        (original / wavelength - Float(low)) / (Float(high) - Float(low))
                    return (1 - smooth) * frequency / Float(factor) + smooth * frequency
                }
            case .yarn(let yarn): return yarn.frequencies(powers, base: base)
            case .longrope(let longrope):
                return zip(isLong ? longrope.long : longrope.short, powers).map { 1 / ($0 * $1) }
            }
        }
    }
}
