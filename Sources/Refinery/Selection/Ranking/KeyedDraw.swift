import Crypto
import Foundation

/// Draws numbers that depend on a seed and a text alone.
struct KeyedDraw {
    private var start = SHA256()

    /// Draws of the given kind and seed.
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
