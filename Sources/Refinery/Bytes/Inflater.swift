import CDeflate

/// Deflated texts (RFC 1950) back to what they were, by libdeflate.
final class Inflater {
    private let decompressor: OpaquePointer

    /// - Throws: `RefineryError` where there is no memory for the tables.
    init() throws {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw RefineryError(.unusable, "no memory to inflate texts")
        }
        self.decompressor = decompressor
    }

    deinit {
        libdeflate_free_decompressor(decompressor)
    }

    /// The bytes that were deflated, which must be `count`.
    ///
    /// - Throws: `RefineryError` where they are not.
    func inflate(_ deflated: UnsafeRawBufferPointer, count: Int) throws -> [UInt8] {
        var status = LIBDEFLATE_SUCCESS
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: libdeflate writes at most `count` bytes, which the buffer holds; with no
            // place to tell how many came out, it succeeds only where it has written all of them.
            status = libdeflate_zlib_decompress(
                decompressor, deflated.baseAddress, deflated.count, buffer.baseAddress, count, nil)
            initialized = status == LIBDEFLATE_SUCCESS ? count : 0
        }
        guard status == LIBDEFLATE_SUCCESS else {
            throw RefineryError(
                .unusable, "a text in the store does not inflate to its \(count) bytes",
                hint: "the file is damaged; restore a backup")
        }
        return bytes
    }
}
