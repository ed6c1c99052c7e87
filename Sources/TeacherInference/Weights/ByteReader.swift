/// Reads little-endian values from untrusted bytes, each read checked against what remains.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private let path: String

    /// Offset of the next byte.
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        self.bytes = bytes
        self.path = path
    }

    /// Bytes that are left.
    var remaining: Int { bytes.count - offset }

    /// The next integer or other trivial value.
    mutating func read<T: BitwiseCopyable>(_ type: T.Type, _ what: String) throws(ModelError) -> T {
        let slice = try take(MemoryLayout<T>.size, what)
        return slice.loadUnaligned(as: T.self)
    }

    /// The next `count` bytes.
    mutating func take(_ count: Int, _ what: String) throws(ModelError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else {
            throw ModelError(
                "\(path): \(what) needs \(count) bytes at offset \(offset), only \(remaining) remain",
                hint: "the file looks truncated; compare its size with the source's, copy it again")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    /// A count of things that each take at least `unit` bytes, so that no count can ask for more
    /// memory than the file has bytes.
    mutating func count(unit: Int, _ what: String) throws(ModelError) -> Int {
        let value = try read(UInt64.self, what)
        guard value <= UInt64(remaining / unit) else {
            throw ModelError(
                "\(path): \(what) is \(value), but only \(remaining) bytes remain",
                hint: "the file looks truncated or damaged; copy it again")
        }
        return Int(value)
    }
}
