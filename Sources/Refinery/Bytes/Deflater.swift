import CDeflate
import Foundation

/// Whole texts to zlib's format (RFC 1950), as Python's `zlib` reads it, by libdeflate.
///
/// One a thread: its tables and its buffer are used from text to text.
final class Deflater {
    /// Texts shrink to 37 % at level 1, zlib's own level 1 gives 39 % at under half the speed.
    private static let level: CInt = 1

    private let compressor: OpaquePointer
    private var buffer: [UInt8] = []

    /// - Throws: `RefineryError` where there is no memory for the tables.
    init() throws {
        guard let compressor = libdeflate_alloc_compressor(Self.level) else {
            throw RefineryError(.unusable, "no memory to deflate texts")
        }
        self.compressor = compressor
    }

    deinit {
        libdeflate_free_compressor(compressor)
    }

    /// The bytes, deflated.
    func compress(_ bytes: [UInt8]) -> Data {
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
        // SAFETY: the buffer holds `bound` bytes, in which every text of this length fits, so that
        // libdeflate cannot fail; it returns how many it has written.
        return buffer.withUnsafeMutableBytes { target in
            let count = bytes.withUnsafeBytes { source in
                libdeflate_zlib_compress(
                    compressor, source.baseAddress, source.count, target.baseAddress, target.count)
            }
            return Data(target[..<count])
        }
    }
}
