/// A chunk or a document as folds and intervals know it: 64 bits of a hash of its text.
public struct TextHash: Sendable, Hashable {
    /// In how many folds chunks and documents are.
    public static let folds = 5

    /// First 8 bytes, big-endian, of SHA-256("refinery-fold-1" ‖ 64 bits 0 ‖ SHA-256 of the text).
    let bits: UInt64

    /// The chunk or document with the text of this SHA-256, 32 bytes.
    public init(sha256: some Sequence<UInt8>) {
        bits = LabelledHash.bits(label: "refinery-fold-1", seed: 0, sha256: sha256)
    }

    /// The fold of the text: ⌊5 · bits / 2⁶⁴⌋.
    var fold: Int { Int(bits.multipliedFullWidth(by: UInt64(Self.folds)).high) }
}
