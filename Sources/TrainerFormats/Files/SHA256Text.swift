import Crypto

/// SHA-256 in hexadecimal.
enum SHA256Text {
    /// A hash of bytes that come piece by piece.
    struct Stream {
        private var hash = SHA256()

        /// Takes the next bytes.
        mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

        /// The hash of all bytes.
        func finish() -> String {
            hash.finalize().map { byte in
                let digits = String(byte, radix: 16)
                return digits.count < 2 ? "0" + digits : digits
            }.joined()
        }
    }

    /// The hash of all pieces, one after another.
    static func of(_ pieces: [UInt8]...) -> String {
        var hash = Stream()
        for piece in pieces { piece.withUnsafeBytes { hash.update($0) } }
        return hash.finish()
    }
}
