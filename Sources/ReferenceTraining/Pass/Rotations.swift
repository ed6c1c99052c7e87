import Foundation

/// Cosines and sines of RoPE, [context, head size / 2], in the arithmetic of transformers: frequencies
/// and angles in Float32.
struct Rotations {
    /// cos of position · frequency.
    let cosines: FloatMemory
    /// sin of position · frequency.
    let sines: FloatMemory

    /// The angles of the first `positions` positions of `shape`.
    init(_ shape: ReferenceShape, positions: Int) {
        let half = shape.headSize / 2
        cosines = FloatMemory(positions * half)
        sines = FloatMemory(positions * half)
        for pair in 0..<half {
            let exponent = Float(2 * pair) / Float(shape.headSize)
            let frequency = 1 / Float(pow(shape.ropeTheta, Double(exponent)))
            for position in 0..<positions {
                let angle = Double(Float(position) * frequency)
                cosines.base[position * half + pair] = Float(cos(angle))
                sines.base[position * half + pair] = Float(sin(angle))
            }
        }
    }
}
