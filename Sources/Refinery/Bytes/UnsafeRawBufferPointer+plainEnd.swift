extension UnsafeRawBufferPointer {
    /// The first quote, backslash or control character from `start` on, which a JSON string cannot
    /// have as it is; else the end.
    @inline(__always)
    func plainEnd(from start: Int) -> Int {
        var at = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // Eight bytes at once. `(x &- ones) & ~x & highs` has a bit set iff a byte of x is zero.
        // SAFETY: the loads stay inside: `at + 8 <= count`.
        while at + 8 <= count {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let control = (word &- ones &* 0x20) & ~word
            let found =
                (((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | control) & highs
            // The lowest bit is exact: a borrow only reaches bytes above a byte that is found.
            if found != 0 { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < count {
            let byte = self[at]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
            at += 1
        }
        return at
    }
}
