import Prediction

/// Chunks made up from random numbers whose differences are known to follow their features.
struct Fixture {
    /// SplitMix64, so that every run has the same numbers.
    struct Noise: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        /// Of about the normal distribution.
        mutating func normal() -> Double {
            (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
        }
    }

    static let width = 6
    static let slopes = [1.0, -2, 0.5, 0, 0, 0.25]
    static let offsets = ["code": 1.0, "prose": -1.0]

    var features: [[Float]] = []
    var domains: [String] = []
    var differences: [Double] = []
    var texts: [TextHash] = []
    var documents: [TextHash] = []

    /// So many chunks, `perDocument` of each document, with `noise` as the deviation of what the
    /// features do not tell.
    init(chunks: Int, noise: Double, perDocument: Int = 4, seed: UInt64 = 1) {
        var random = Noise(state: seed)
        for index in 0..<chunks {
            let row = (0..<Self.width).map { _ in Float(random.normal()) }
            let domain = index / perDocument % 3 == 0 ? "code" : "prose"
            features.append(row)
            domains.append(domain)
            differences.append(
                zip(Self.slopes, row).reduce(Self.offsets[domain] ?? 0) {
                    $0 + $1.0 * Double($1.1)
                } + noise * random.normal())
            texts.append(Self.hash(0, index))
            documents.append(Self.hash(1, index / perDocument))
        }
    }

    static func hash(_ kind: UInt8, _ number: Int) -> TextHash {
        TextHash(sha256: [kind] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }

    /// What is learnt from these chunks.
    func learningSet(_ indices: some Sequence<Int>) throws -> LearningSet {
        var set = LearningSet(width: Self.width)
        for index in indices {
            try set.append(
                features: features[index], domain: domains[index], chunk: texts[index],
                document: documents[index], difference: differences[index])
        }
        return set
    }

    var learningSet: LearningSet { get throws { try learningSet(features.indices) } }
}
