/// Makes few numbers of many: each is a sum of all of them with random signs.
///
/// Distances are kept in expectation (Achlioptas 2003). The signs depend on the two counts alone,
/// so that every machine and every run has the same.
struct RandomProjection: Sendable {
    /// Numbers that come out.
    let outputs: Int
    /// Numbers that go in.
    let inputs: Int
    /// A bit a sign, row after row.
    private let signs: [UInt64]
    private let wordsPerRow: Int

    init(inputs: Int, outputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
        wordsPerRow = (inputs + 63) / 64
        var bits = RandomBits(seed: 0x7265_6669_6E65_7279 ^ UInt64(inputs) << 32 ^ UInt64(outputs))
        signs = (0..<outputs * wordsPerRow).map { _ in bits.next() }
    }

    /// The projection of `values`, scaled by 1 / √outputs.
    func callAsFunction(_ values: [Double]) -> [Double] {
        precondition(values.count == inputs)
        let scale = 1 / Double(outputs).squareRoot()
        return (0..<outputs).map { row in
            var sum = 0.0
            for (index, value) in values.enumerated() {
                let word = signs[row * wordsPerRow + index / 64]
                sum += word >> UInt64(index % 64) & 1 == 0 ? value : -value
            }
            return sum * scale
        }
    }
}
