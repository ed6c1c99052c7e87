/// Where a value's bytes lie in a memory; as a word it takes the place of a number.
struct ByteSpan {
    /// Offset of the first byte.
    let start: Int
    /// How many bytes there are.
    let count: Int

    init(_ start: Int, _ count: Int) {
        (self.start, self.count) = (start, count)
    }

    /// The span that a word holds.
    init(word: UInt64) {
        start = Int(word & 0xFFFF_FFFF)
        count = Int(word >> 32)
    }

    /// Start and count, 32 bits each.
    var word: UInt64 { UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: count) << 32 }
}
