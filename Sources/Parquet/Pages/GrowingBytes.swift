import Glibc

/// Bytes that are appended to without being cleared first.
struct GrowingBytes {
    /// The memory; the first `count` bytes of it are written.
    private(set) var memory: RawMemory

    /// Bytes that are written.
    private(set) var count = 0

    /// Nothing, with room for `capacity` bytes.
    init(capacity: Int) throws(ParquetError) {
        memory = try RawMemory(capacity)
    }

    /// Appends `size` bytes from `source`.
    mutating func append(_ source: UnsafeRawPointer, _ size: Int) throws(ParquetError) {
        try reserve(size)
        // SAFETY: there is room for `size` bytes behind `count`; the caller vouches for `source`.
        memcpy(memory.base + count, source, size)
        count += size
    }

    /// Appends one byte.
    mutating func append(_ byte: UInt8) throws(ParquetError) {
        try reserve(1)
        memory.base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends `size` bytes of what was written at `start` before.
    mutating func repeatBytes(at start: Int, _ size: Int) throws(ParquetError) {
        precondition(start >= 0 && size >= 0 && start + size <= count)
        try reserve(size)
        memcpy(memory.base + count, memory.base + start, size)
        count += size
    }

    private mutating func reserve(_ size: Int) throws(ParquetError) {
        guard count + size > memory.capacity else { return }
        let larger = try RawMemory(max(count + size, memory.capacity * 2, 256))
        memcpy(larger.base, memory.base, count)
        memory = larger
    }
}
