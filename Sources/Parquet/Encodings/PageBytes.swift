/// A part of a page that a decoder reads, with the memory that it lies in.
///
/// Behind its end at least ``RawMemory/padding`` bytes may be loaded, whatever they hold.
struct PageBytes {
    /// What keeps the bytes alive.
    let memory: RawMemory
    /// Offset of the first byte in the memory.
    private(set) var start: Int
    /// Offset behind the last byte.
    let end: Int

    /// Bytes `start..<end` of `memory`.
    init(_ memory: RawMemory, _ start: Int, _ end: Int) {
        precondition(0 <= start && start <= end && end <= memory.capacity)
        (self.memory, self.start, self.end) = (memory, start, end)
    }

    /// How many bytes are left.
    var count: Int { end - start }

    /// The first byte that is left.
    var base: UnsafeRawPointer { UnsafeRawPointer(memory.base + start) }

    /// Takes the next `count` bytes away.
    mutating func take(_ count: Int, _ what: String) throws(ParquetError) -> PageBytes {
        guard count >= 0, count <= self.count else {
            throw PageBytes.ends(what, count, self.count)
        }
        defer { start += count }
        return PageBytes(memory, start, start + count)
    }

    /// The next byte.
    mutating func byte(_ what: String) throws(ParquetError) -> UInt8 {
        guard start < end else { throw PageBytes.ends(what, 1, 0) }
        defer { start += 1 }
        return memory.base.load(fromByteOffset: start, as: UInt8.self)
    }

    /// The next 4 bytes as a length of what follows.
    mutating func length(_ what: String) throws(ParquetError) -> Int {
        let bytes = try take(4, what)
        return Int(UInt32(littleEndian: bytes.base.loadUnaligned(as: UInt32.self)))
    }

    /// A variable-length integer of at most 64 bits (ULEB128).
    mutating func varint(_ what: String) throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte(what)
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
        }
        throw ParquetError("\(what) are damaged", hint: ParquetError.truncated)
    }

    private static func ends(_ what: String, _ wanted: Int, _ left: Int) -> ParquetError {
        ParquetError(
            "\(what) need \(wanted) bytes where the page has \(left) left",
            hint: ParquetError.truncated)
    }
}
