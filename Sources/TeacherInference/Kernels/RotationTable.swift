import Foundation

/// RoPE's cosines and sines, grown to the longest sequences met.
///
/// Where long sequences have frequencies of their own (LongRoPE), each sequence of a batch gets
/// those of its own length.
struct RotationTable: ~Copyable {
    private let usualLength: Int
    private var usual: AngleTable
    private var long: AngleTable

    /// The table of `rope` for heads of which `rotated` dimensions rotate.
    init(_ rope: ModelConfiguration.RoPE, rotated: Int) {
        usualLength = rope.usualLength
        usual = AngleTable(
            rope.frequencies(rotated: rotated), factor: Float(rope.attentionFactor))
        long = AngleTable(
            rope.frequencies(rotated: rotated, isLong: true), factor: Float(rope.attentionFactor))
    }

    /// cos and sin of position · frequency, [positions, rotated dimensions / 2], for a sequence of
    /// `length` tokens.
    func angles(
        length: Int
    ) -> (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        length > usualLength ? long.angles : usual.angles
    }

    /// Makes room for sequences of `lengths` tokens.
    mutating func extend(to lengths: some Sequence<Int>) {
        for length in lengths {
            if length > usualLength {
                long.extend(to: length)
            } else {
                usual.extend(to: length)
            }
        }
    }

    /// Floats that the tables take for sequences of up to `longest` tokens.
    static func floats(
        _ rope: ModelConfiguration.RoPE, rotated: Int, longest: Int
    ) -> Int {
        let long = longest > rope.usualLength ? longest : 0
        return rotated * (min(longest, rope.usualLength) + long)
    }
}

/// Cosines and sines of one set of frequencies, [positions, frequencies].
private struct AngleTable: ~Copyable {
    private let frequencies: [Float]
    private let factor: Float
    private var positions = 0
    private var cosines = FloatBuffer(0)
    private var sines = FloatBuffer(0)

    /// Both are multiplied with `factor`.
    init(_ frequencies: [Float], factor: Float) {
        self.frequencies = frequencies
        self.factor = factor
    }

    var angles: (cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
        (UnsafePointer(cosines.base), UnsafePointer(sines.base))
    }

    /// Makes room for positions 0 ..< `length`.
    mutating func extend(to length: Int) {
        guard length > positions else { return }
        positions = length
        cosines = FloatBuffer(length * frequencies.count)
        sines = FloatBuffer(length * frequencies.count)
        for position in 0..<length {
            for (pair, frequency) in frequencies.enumerated() {
                // The angle is rounded to Float32 as in transformers, its cosine is exact.
                let angle = Double(Float(position) * frequency)
                cosines.base[position * frequencies.count + pair] = Float(cos(angle)) * factor
                sines.base[position * frequencies.count + pair] = Float(sin(angle)) * factor
            }
        }
    }
}
