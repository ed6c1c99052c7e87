/// MinHash signatures (Broder 1997) in bands: texts whose shingles are alike probably share one.
///
/// 128 hash functions, of which the least value over a text's shingles is kept; eight in a row
/// make a band. Two texts of Jaccard similarity s share at least one of the 16 bands with
/// probability 1 − (1 − s⁸)¹⁶: 0.06 at 0.5, 0.95 at 0.8, 0.9999 at 0.9.
struct MinHash {
    /// Bands a signature.
    static let bands = 16
    /// Hash functions a band.
    static let rows = 8

    private let seeds: [SIMD8<UInt32>]
    private let multipliers: [SIMD8<UInt32>]

    /// The hash functions, always the same.
    init() {
        var state: UInt64 = 0x5265_6669_6E65_7279
        func next() -> UInt32 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(truncatingIfNeeded: state >> 32)
        }
        var seeds: [SIMD8<UInt32>] = []
        var multipliers: [SIMD8<UInt32>] = []
        for _ in 0..<Self.bands {
            var seed = SIMD8<UInt32>()
            var multiplier = SIMD8<UInt32>()
            for row in 0..<Self.rows {
                seed[row] = next()
                multiplier[row] = next() | 1
            }
            seeds.append(seed)
            multipliers.append(multiplier)
        }
        self.seeds = seeds
        self.multipliers = multipliers
    }

    /// A hash of each band; `shingles` has at least one.
    func bands(of shingles: Shingles) -> [UInt64] {
        let halves = shingles.hashes.map { UInt32(truncatingIfNeeded: $0 ^ $0 >> 32) }
        return (0..<Self.bands).map { band in
            let seed = seeds[band]
            let multiplier = multipliers[band]
            var least = SIMD8<UInt32>(repeating: .max)
            for half in halves {
                let value = (SIMD8(repeating: half) ^ seed) &* multiplier
                least = pointwiseMin(least, value)
            }
            var hash = UInt64(band)
            for row in 0..<Self.rows {
                hash = (hash ^ UInt64(least[row])) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 32
            }
            return hash
        }
    }
}
