import Crypto

/// Places of texts on [0, 2⁶⁴), each decided by the text's hash and a label.
enum LabelledHash {
    /// First 8 bytes, big-endian, of SHA-256(label ‖ seed, 64 bits little-endian ‖ SHA-256 of the
    /// text).
    static func bits(label: String, seed: UInt64, sha256: some Sequence<UInt8>) -> UInt64 {
        var hash = SHA256()
        hash.update(data: Array(label.utf8))
        withUnsafeBytes(of: seed.littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(sha256))
        return hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
}
