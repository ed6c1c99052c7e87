import Crypto
import Foundation

/// The runs of 13 words in a benchmark's questions, by which a chunk that quotes one is known.
///
/// 13 words are what GPT-3's authors call contamination (arXiv 2005.14165, appendix C). Words are
/// ``WordHashes``', so that case and punctuation do not hide a quotation.
public struct QuestionWindows: Sendable, Equatable {
    /// Words of a window.
    public static let width = 13
    /// How many windows a benchmark may have, 64 MB of them.
    public static let most = 8 << 20
    /// Bytes of a hash.
    static let stride = 8

    /// The hashes of the windows, ascending, each once.
    public let hashes: [UInt64]

    /// The windows of those hashes, in any order.
    init(_ hashes: [UInt64]) {
        self.hashes = WordHashes.distinct(hashes)
    }

    /// Reads ``bytes``.
    ///
    /// - Throws: ``RefineryError`` where they are not ascending hashes, or too many or none.
    public init(bytes: some Collection<UInt8>) throws {
        let count = bytes.count / Self.stride
        guard bytes.count % Self.stride == 0, (1...Self.most).contains(count) else {
            throw RefineryError(
                .invalid,
                "a benchmark is 1 to \(Self.most) hashes of \(Self.stride) bytes, not "
                    + "\(bytes.count) bytes")
        }
        hashes = Array(unsafeUninitializedCapacity: count) { target, filled in
            // SAFETY: the target has room for `count` hashes, which are all the bytes.
            UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
            for place in 0..<count { target[place] = UInt64(littleEndian: target[place]) }
            filled = count
        }
        guard zip(hashes, hashes.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw RefineryError(.invalid, "the hashes of a benchmark do not ascend")
        }
    }

    /// The hashes, 64 bits little-endian each.
    public var bytes: Data {
        hashes.map(\.littleEndian).withUnsafeBytes { Data($0) }
    }

    /// SHA-256 of the label "refinery-windows-1" and ``bytes``, 64 hexadecimal digits.
    public var sha256: String {
        var hash = SHA256()
        hash.update(data: Data("refinery-windows-1".utf8))
        hash.update(data: bytes)
        return Hex.string(hash.finalize())
    }
}
