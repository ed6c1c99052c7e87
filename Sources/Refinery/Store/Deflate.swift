import CZlib

/// Whole texts to and from zlib's format (RFC 1950), as Python's `zlib` reads and writes it.
enum Deflate {
    /// Level 1: texts shrink to 40 % at 100 MB/s; level 6 gives 35 % at a third of the speed.
    private static let level: CInt = 1

    /// The bytes, deflated.
    static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var status = Z_OK
        let deflated = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            // SAFETY: `length` is the buffer's capacity; zlib writes no more and sets it to what
            // it wrote.
            status = bytes.withUnsafeBufferPointer { source in
                compress2(
                    buffer.baseAddress, &length, source.baseAddress, uLong(source.count), level)
            }
            count = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK else { throw StoreError(.invalid, "zlib failed: \(status)") }
        return deflated
    }

    /// The bytes that were deflated, which must be `count`.
    static func inflate(_ deflated: UnsafeRawBufferPointer, count: Int) throws -> [UInt8] {
        var length = uLong(count)
        var status = Z_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
            // SAFETY: zlib writes at most `length` bytes, which the buffer holds.
            status = uncompress(
                buffer.baseAddress, &length,
                deflated.bindMemory(to: UInt8.self).baseAddress, uLong(deflated.count))
            initialized = status == Z_OK ? Int(length) : 0
        }
        guard status == Z_OK, bytes.count == count else {
            throw StoreError(
                .unusable, "a text in the store does not inflate to its \(count) bytes",
                hint: "the file is damaged; restore a backup")
        }
        return bytes
    }
}
