/// The merges of a BPE model and the algorithm that applies them to one word.
struct BPEMerges: Sendable {
    /// (left id, right id) → rank in the upper half, id of the product in the lower.
    private var table: PairTable

    /// Above this many symbols a heap beats looking at every pair again.
    private static let scanLimit = 48

    private static let noRank = UInt64.max

    /// No merges yet, with room for `capacity`.
    init(capacity: Int) {
        table = PairTable(capacity: capacity)
    }

    /// Adds the merge of lowest priority so far; false if the pair has one already.
    mutating func append(_ left: TokenID, _ right: TokenID, product: TokenID) -> Bool {
        append(left, right, product: product, rank: UInt32(table.count))
    }

    /// Adds a merge of priority `rank`, the lowest first; false if the pair has one already.
    mutating func append(
        _ left: TokenID, _ right: TokenID, product: TokenID, rank: UInt32
    ) -> Bool {
        let value = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: product))
        return table.insert(PairTable.key(left, right), value)
    }

    /// Merges `symbols` in place, lowest rank first and leftmost among equals, until no pair has a
    /// merge.
    ///
    /// O(n log n) in the number of symbols.
    func apply(to symbols: inout [TokenID]) {
        if symbols.count <= Self.scanLimit {
            scan(&symbols)
        } else {
            merge(&symbols)
        }
    }

    private func entry(_ left: TokenID, _ right: TokenID) -> UInt64 {
        table[PairTable.key(left, right)] ?? Self.noRank
    }

    /// The rank of a table entry above the position of its pair.
    private static func heapEntry(_ entry: UInt64, _ position: Int) -> UInt64 {
        entry & 0xFFFF_FFFF_0000_0000 | UInt64(position)
    }

    /// The plain form: keep every neighbour pair's rank, look for the lowest, merge, repeat.
    private func scan(_ symbols: inout [TokenID]) {
        let count = symbols.count
        guard count > 1 else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { entries in
            // SAFETY: entries[i] is set for every i < live - 1 before it is read; live <= count.
            symbols.withUnsafeMutableBufferPointer { symbols in
                for i in 0..<count - 1 { entries[i] = entry(symbols[i], symbols[i + 1]) }
            }
            var live = count
            symbols.withUnsafeMutableBufferPointer { symbols in
                while live > 1 {
                    var best = Self.noRank
                    var at = 0
                    for i in 0..<live - 1 where entries[i] >> 32 < best >> 32 {
                        best = entries[i]
                        at = i
                    }
                    if best == Self.noRank { break }
                    symbols[at] = TokenID(truncatingIfNeeded: best)
                    live -= 1
                    for i in at + 1..<max(at + 1, live) {
                        symbols[i] = symbols[i + 1]
                        entries[i - 1] = entries[i]
                    }
                    // Entry i now belongs to symbols i and i + 1 for i > at.
                    if at < live - 1 { entries[at] = entry(symbols[at], symbols[at + 1]) }
                    if at > 0 { entries[at - 1] = entry(symbols[at - 1], symbols[at]) }
                }
            }
            symbols.removeSubrange(live...)
        }
    }

    /// The form for long words: a linked list of symbols and a heap of (rank, position), in which
    /// an entry counts only while the pair at its position still has its rank.
    private func merge(_ symbols: inout [TokenID]) {
        let count = symbols.count
        precondition(count < Int(Int32.max), "a word of more than 2 GiB")
        var next = [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
            for i in 0..<count { buffer[i] = Int32(i + 1) }
            initialized = count
        }
        var previous = [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
            for i in 0..<count { buffer[i] = Int32(i - 1) }
            initialized = count
        }
        var heap = MinHeap()
        for i in 0..<count - 1 {
            let found = entry(symbols[i], symbols[i + 1])
            if found != Self.noRank { heap.append(Self.heapEntry(found, i)) }
        }
        heap.order()
        while let top = heap.popFirst() {
            let at = Int(UInt32(truncatingIfNeeded: top))
            let right = Int(next[at])
            guard symbols[at] >= 0, right < count else { continue }
            let found = entry(symbols[at], symbols[right])
            guard found >> 32 == top >> 32, found != Self.noRank else { continue }
            symbols[at] = TokenID(truncatingIfNeeded: found)
            symbols[right] = -1
            let after = Int(next[right])
            next[at] = Int32(after)
            if after < count {
                previous[after] = Int32(at)
                let found = entry(symbols[at], symbols[after])
                if found != Self.noRank { heap.insert(Self.heapEntry(found, at)) }
            }
            let before = Int(previous[at])
            if before >= 0 {
                let found = entry(symbols[before], symbols[at])
                if found != Self.noRank { heap.insert(Self.heapEntry(found, before)) }
            }
        }
        symbols.removeAll { $0 < 0 }
    }
}

/// A binary heap of numbers, least first.
private struct MinHeap {
    private var items: [UInt64] = []

    mutating func append(_ item: UInt64) { items.append(item) }

    /// Makes a heap of what `append` added, in linear time.
    mutating func order() {
        for i in stride(from: items.count / 2 - 1, through: 0, by: -1) { sink(i) }
    }

    mutating func insert(_ item: UInt64) {
        items.append(item)
        var i = items.count - 1
        while i > 0, items[(i - 1) / 2] > item {
            items[i] = items[(i - 1) / 2]
            i = (i - 1) / 2
        }
        items[i] = item
    }

    mutating func popFirst() -> UInt64? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if !items.isEmpty {
            items[0] = last
            sink(0)
        }
        return first
    }

    private mutating func sink(_ start: Int) {
        let item = items[start]
        var i = start
        while true {
            var child = 2 * i + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < item else { break }
            items[i] = items[child]
            i = child
        }
        items[i] = item
    }
}
