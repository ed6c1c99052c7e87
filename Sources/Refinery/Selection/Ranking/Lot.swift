import Crypto
import Foundation

/// Sampling without replacement in proportion to exp(z-score / temperature): Gumbel top-k
/// (Kool, van Hoof, Welling 2019), keyed by content.
public struct Sample: Sendable, Equatable, Codable {
    /// In standard deviations of the score; above 0.
    public var temperature: Double
    /// Another seed draws another sample.
    public var seed: UInt64

    /// A sample of the given parts.
    public init(temperature: Double, seed: UInt64) {
        self.temperature = temperature
        self.seed = seed
    }
}

/// A control: chunks drawn by lot, whatever their scores.
public struct Baseline: Sendable, Equatable, Codable {
    /// What it draws from.
    public enum Source: String, Sendable, Codable, CaseIterable {
        /// What the score chooses from, too.
        case candidates
        /// Everything scored that the filters leave: before guards and duplicates.
        case all
    }

    /// Another seed draws others.
    public var seed: UInt64
    /// What it draws from.
    public var from: Source

    /// A baseline of the given parts.
    public init(seed: UInt64, from: Source) {
        self.seed = seed
        self.from = from
    }
}

/// Draws lots that depend on a seed and a text alone.
struct Lot {
    private var start = SHA256()

    /// Lots of the given kind and seed.
    init(label: String, seed: UInt64) {
        start.update(data: Data(label.utf8))
        withUnsafeBytes(of: seed.littleEndian) { start.update(bufferPointer: $0) }
    }

    /// The first eight bytes, big-endian, of SHA-256(label ‖ seed ‖ SHA-256 of the text).
    func draw(sha256: UnsafeRawBufferPointer) -> UInt64 {
        var hash = start
        hash.update(bufferPointer: sha256)
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The draw as a number between 0 and 1: (h + ½) / 2⁵³ of its top 53 bits.
    static func uniform(_ draw: UInt64) -> Double {
        (Double(draw >> 11) + 0.5) / 0x1p53
    }
}
