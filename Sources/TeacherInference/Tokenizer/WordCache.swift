/// Remembers the tokens of short words: direct-mapped, of fixed size, used by one thread at a time.
struct WordCache {
    /// A word of at most 15 bytes, with its length in the highest byte; zero is no word.
    struct Key: Equatable {
        var low: UInt64
        var high: UInt64
    }

    /// Longest word that has a key.
    static let maxBytes = 15

    /// Most tokens that an entry holds.
    static let maxTokens = 4

    private static let slotCount = 1 << 14

    private var keys = [Key](repeating: Key(low: 0, high: 0), count: slotCount)
    /// Tokens from the first place on, -1 behind the last.
    private var values = [SIMD4<TokenID>](repeating: SIMD4(repeating: -1), count: slotCount)

    /// The key of `word`, which has 1 to ``maxBytes`` bytes.
    static func key(of word: UnsafeRawBufferPointer) -> Key {
        var key = Key(low: 0, high: UInt64(word.count) << 56)
        if word.count >= 8 {
            // SAFETY: two loads of 8 bytes that lie within the 8 to 15 bytes of `word`.
            key.low = UInt64(littleEndian: word.loadUnaligned(as: UInt64.self))
            let tail = UInt64(
                littleEndian: word.loadUnaligned(fromByteOffset: word.count - 8, as: UInt64.self))
            // The tail's last (count - 8) bytes; a shift by 64 gives 0.
            key.high |= tail >> UInt64((16 - word.count) * 8)
        } else {
            for byte in word.reversed() { key.low = key.low << 8 | UInt64(byte) }
        }
        return key
    }

    /// The tokens stored for `key`, or nil.
    func find(_ key: Key) -> SIMD4<TokenID>? {
        let slot = Self.slot(key)
        return keys[slot] == key ? values[slot] : nil
    }

    /// Stores the tokens of a word in the place of what its slot held.
    mutating func store(_ key: Key, _ tokens: ArraySlice<TokenID>) {
        guard tokens.count <= Self.maxTokens else { return }
        var value = SIMD4<TokenID>(repeating: -1)
        for (place, token) in tokens.enumerated() { value[place] = token }
        let slot = Self.slot(key)
        keys[slot] = key
        values[slot] = value
    }

    private static func slot(_ key: Key) -> Int {
        let mixed = (key.low ^ key.high &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed >> 50)
    }
}
