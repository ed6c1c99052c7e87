import Foundation

/// A counter-based generator: number `index` of a stream is a function of seed, stream and index.
///
/// SplitMix64 (Steele, Lea and Flood 2014, figure 17): the state is a key plus the index times the
/// golden gamma, and a finaliser mixes it. Any number can be had without those before it, so that
/// threads and restarts change nothing.
public struct CounterRandom: Sendable {
    private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15
    private let key: UInt64

    /// A stream of `seed`; streams of other numbers are independent of it.
    public init(seed: UInt64, stream: UInt64) {
        key = Self.mix(Self.mix(seed &+ Self.gamma) ^ Self.mix(stream &* Self.gamma &+ 1))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Number `index` of the stream: 64 random bits.
    func bits(_ index: UInt64) -> UInt64 { Self.mix(key &+ (index &+ 1) &* Self.gamma) }

    /// A whole number below `bound`; its bias is below bound / 2⁶⁴.
    public func below(_ bound: Int, _ index: UInt64) -> Int {
        Int(bits(index).multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number of the normal distribution with mean 0 and deviation 1.
    ///
    /// Box and Muller 1958, from numbers 2 · index and 2 · index + 1.
    func normal(_ index: UInt64) -> Double {
        let unit = 0x1p-53
        // 1 − u lies above 0, so that its logarithm is a number.
        let radius = 1 - Double(bits(2 &* index) >> 11) * unit
        let angle = Double(bits(2 &* index &+ 1) >> 11) * unit
        return (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
    }

    /// The numbers 0 ..< count in an order of this stream (Durstenfeld 1964).
    public func permutation(_ count: Int) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, below(index + 1, UInt64(index)))
        }
        return order
    }
}
