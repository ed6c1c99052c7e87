/// A hash table from pairs of 32-bit numbers to 64-bit values.
///
/// Open addressing, linear probing, at most half full. Read-only use is safe from any number of threads.
struct PairTable: Sendable {
    /// Key and value interleaved, so that a probe touches one cache line.
    private var slots: [UInt64]
    private var mask: Int
    private var shift: UInt64
    private(set) var count = 0
    /// A random odd multiplier, so that a file cannot be made to collide on purpose.
    private let multiplier: UInt64

    /// No pair of two ids has this key, since ids are not negative.
    private static let empty = UInt64.max

    /// An empty table with room for `capacity` pairs before it grows.
    init(capacity: Int) {
        multiplier = UInt64.random(in: .min ... .max) | 1
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = []
        mask = 0
        shift = 0
        allocate(size)
    }

    /// The key of a pair.
    static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The value stored for `key`, or nil.
    subscript(key: UInt64) -> UInt64? {
        var index = start(key)
        while true {
            let found = slots[index * 2]
            if found == key { return slots[index * 2 + 1] }
            if found == Self.empty { return nil }
            index = (index + 1) & mask
        }
    }

    /// Stores `value` unless `key` is there already; returns whether it was stored.
    mutating func insert(_ key: UInt64, _ value: UInt64) -> Bool {
        precondition(key != Self.empty)
        if (count + 1) * 2 > mask + 1 { grow() }
        var index = start(key)
        while slots[index * 2] != Self.empty {
            if slots[index * 2] == key { return false }
            index = (index + 1) & mask
        }
        slots[index * 2] = key
        slots[index * 2 + 1] = value
        count += 1
        return true
    }

    private func start(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key ^ (key >> 29)) &* multiplier) >> shift) & mask
    }

    private mutating func allocate(_ size: Int) {
        slots = [UInt64](repeating: Self.empty, count: size * 2)
        mask = size - 1
        shift = UInt64(64 - size.trailingZeroBitCount)
    }

    private mutating func grow() {
        let old = slots
        allocate((mask + 1) * 2)
        count = 0
        for index in stride(from: 0, to: old.count, by: 2) where old[index] != Self.empty {
            _ = insert(old[index], old[index + 1])
        }
    }
}
