import Foundation

/// RoPE's cosines and sines, [positions, rotated dimensions / 2], grown to the longest sequence met.
struct RotationTable: ~Copyable {
    private let frequencies: [Float]
    private var positions = 0
    private var cosineBuffer = FloatBuffer(0)
    private var sineBuffer = FloatBuffer(0)

    /// The table of `rope` for heads of which `rotated` dimensions rotate.
    init(_ rope: ModelConfiguration.RoPE, rotated: Int) {
        frequencies = rope.frequencies(headSize: rotated)
    }

    /// cos(position · frequency).
    var cosines: UnsafePointer<Float> { UnsafePointer(cosineBuffer.base) }

    /// sin(position · frequency).
    var sines: UnsafePointer<Float> { UnsafePointer(sineBuffer.base) }

    /// Makes room for positions 0 ..< `length`.
    mutating func extend(to length: Int) {
        guard length > positions else { return }
        positions = length
        cosineBuffer = FloatBuffer(length * frequencies.count)
        sineBuffer = FloatBuffer(length * frequencies.count)
        for position in 0..<length {
            for (pair, frequency) in frequencies.enumerated() {
                // The angle is rounded to Float32 as in transformers, its cosine is exact.
                let angle = Double(Float(position) * frequency)
                cosineBuffer.base[position * frequencies.count + pair] = Float(cos(angle))
                sineBuffer.base[position * frequencies.count + pair] = Float(sin(angle))
            }
        }
    }
}
