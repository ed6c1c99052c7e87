/// Numbers by pairs of numbers that are not negative, in a table of open addressing.
///
/// It costs a fifth of a Dictionary, whose hashes are made for more. Where a pair lies depends on a
/// number drawn at the start of the process, so that no text can be made to fill one place
/// (multiply-shift hashing: Dietzfelbinger et al. 1997); what is found does not.
struct PairTable {
    private static let multiplier = UInt64.random(in: .min ... .max) | 1
    /// No pair's key, since its first number would be negative.
    private static let free = UInt64.max

    private var keys: [UInt64]
    private var values: [Int32]
    private var shift: UInt64
    /// Pairs in the table.
    private(set) var count = 0

    /// A table without pairs, which has room for `capacity` of them.
    init(capacity: Int) {
        var bits = 4
        while 1 << bits < 2 * capacity { bits += 1 }
        keys = Array(repeating: Self.free, count: 1 << bits)
        values = Array(repeating: 0, count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    /// The place of a pair, where its number is; a new pair's number is 0.
    ///
    /// Places hold until the next new pair.
    mutating func place(_ first: Int32, _ second: Int32) -> (place: Int, isNew: Bool) {
        if 2 * (count + 1) > keys.count { grow() }
        let key =
            UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        let place = search(key)
        guard keys[place] != key else { return (place, false) }
        keys[place] = key
        count += 1
        return (place, true)
    }

    /// The number at a place.
    subscript(place: Int) -> Int32 {
        get { values[place] }
        set { values[place] = newValue }
    }

    /// Where a key is, or belongs.
    private func search(_ key: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: (key &* Self.multiplier) >> shift)
        while keys[place] != key, keys[place] != Self.free {
            place = (place + 1) & (keys.count - 1)
        }
        return place
    }

    private mutating func grow() {
        let (oldKeys, oldValues) = (keys, values)
        keys = Array(repeating: Self.free, count: 2 * oldKeys.count)
        values = Array(repeating: 0, count: 2 * oldKeys.count)
        shift -= 1
        for (key, value) in zip(oldKeys, oldValues) where key != Self.free {
            let place = search(key)
            keys[place] = key
            values[place] = value
        }
    }
}
