/// Numbers that a seed decides, on any machine: SplitMix64 (Steele, Lea and Flood 2014).
struct RandomStream: RandomNumberGenerator {
    private var state: UInt64

    /// The stream of case `index` under `seed`.
    init(seed: UInt64, index: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 ^ index &* 0x9E37_79B9_7F4A_7C15
        _ = next()
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to `bound`; 0 where there is none.
    mutating func below(_ bound: Int) -> Int {
        bound > 0 ? Int(next() % UInt64(bound)) : 0
    }

    /// One of `values`, nil where there are none.
    mutating func pick<Values: RandomAccessCollection>(_ values: Values) -> Values.Element? {
        guard !values.isEmpty else { return nil }
        return values[values.index(values.startIndex, offsetBy: below(values.count))]
    }

    /// True once in `times`.
    mutating func once(in times: Int) -> Bool { below(times) == 0 }

    /// An integer of 64 bits as a hostile file would have it: at the edge of some type, or near.
    mutating func extreme() -> UInt64 {
        let edges: [UInt64] = [
            0, 1, 2, 3, 7, 31, 32, 33, 255, 256, 1 << 15, 0xFFFF, 1 << 20, 1 << 24, 1 << 28,
            0x7FFF_FFFF, 1 << 31, 0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 48, 1 << 61, 1 << 62,
            UInt64(Int64.max), 1 << 63, .max,
        ]
        let edge = pick(edges) ?? 0
        return once(in: 3) ? edge &+ UInt64(below(5)) &- 2 : edge
    }
}
