/// A chunk or a document as folds and intervals know it: 64 bits of a hash of its text.
public struct TextHash: Sendable, Hashable {
    /// In how many folds documents are.
    public static let documentFolds = 5
    /// In how many folds chunks are.
    ///
    /// A regression on nine tenths of the sample is nearly as good as one on all of it; one on four
    /// fifths of 200 chunks is not, and intervals around what it finds lie too low.
    public static let chunkFolds = 10

    /// First 8 bytes, big-endian, of SHA-256("refinery-fold-1" ‖ 64 bits 0 ‖ SHA-256 of the text).
    let bits: UInt64

    /// The chunk or document with the text of this SHA-256, 32 bytes.
    public init(sha256: some Sequence<UInt8>) {
        bits = LabelledHash.bits(label: "refinery-fold-1", seed: 0, sha256: sha256)
    }

    /// Which of `count` folds the text is in: ⌊count · bits / 2⁶⁴⌋.
    func fold(of count: Int) -> Int { Int(bits.multipliedFullWidth(by: UInt64(count)).high) }
}
