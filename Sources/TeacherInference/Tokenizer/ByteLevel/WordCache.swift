/// Remembers the tokens of short words: direct-mapped, of fixed size, used by one thread at a time.
struct WordCache {
    /// A word's bytes, zeros behind them, and its length in the last byte; all zero is no word.
    struct Key: Equatable {
        fileprivate var parts: SIMD4<UInt64> = .zero

        /// The key of the `count` bytes from `start` on in `text`; nil for an empty or long word.
        @inline(__always)
        init?(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) {
            guard count - 1 < WordCache.maxBytes, count > 0 else { return nil }
            if start + 32 <= text.count {
                // SAFETY: four loads of 8 bytes that lie in `text`, for `start` + 32 does.
                func part(_ place: Int) -> UInt64 {
                    let bytes = UInt64(
                        littleEndian: text.loadUnaligned(
                            fromByteOffset: start + 8 * place, as: UInt64.self))
                    let left = count - 8 * place
                    return left >= 8 ? bytes : left <= 0 ? 0 : bytes & (1 << UInt64(8 * left) - 1)
                }
                parts[0] = part(0)
                if count > 8 {
                    parts[1] = part(1)
                    if count > 16 { (parts[2], parts[3]) = (part(2), part(3)) }
                }
            } else {
                for place in 0..<count {
                    parts[place / 8] |= UInt64(text[start + place]) << UInt64(place % 8 * 8)
                }
            }
            parts[3] |= UInt64(count) << 56
        }

        fileprivate var slot: Int {
            let odd = SIMD4<UInt64>(
                0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9,
                0xD6E8_FEB8_6659_FD93)
            let mixed = (parts &* odd).wrappedSum()
            return Int(
                truncatingIfNeeded: ((mixed ^ mixed >> 29) &* odd[0])
                    >> UInt64(64 - WordCache.slotBits))
        }
    }

    /// A word and its tokens: one cache line.
    private struct Slot {
        var key: SIMD4<UInt64> = .zero
        /// The tokens from the first place on, in the last place how many.
        var tokens: SIMD8<TokenID> = .zero
    }

    /// Longest word that is remembered.
    static let maxBytes = 31

    /// Most tokens of a word that is remembered.
    static let maxTokens = 7

    fileprivate static let slotBits = 14

    private var slots = [Slot](repeating: Slot(), count: 1 << slotBits)

    /// Appends the tokens stored for `key`; false if there are none.
    @inline(__always)
    func append(_ key: Key, to ids: inout [TokenID]) -> Bool {
        let slot = slots[key.slot]
        guard slot.key == key.parts else { return false }
        ids.append(slot.tokens[0])
        for place in 1..<max(1, Int(slot.tokens[7])) { ids.append(slot.tokens[place]) }
        return true
    }

    /// Stores the tokens of a word in the place of what its slot held.
    mutating func store(_ key: Key, _ tokens: ArraySlice<TokenID>) {
        guard tokens.count <= Self.maxTokens, !tokens.isEmpty else { return }
        var slot = Slot(key: key.parts)
        for (place, token) in tokens.enumerated() { slot.tokens[place] = token }
        slot.tokens[7] = TokenID(tokens.count)
        slots[key.slot] = slot
    }
}
