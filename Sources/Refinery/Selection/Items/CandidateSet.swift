/// The candidates among the scored items: a bit each.
struct CandidateSet {
    /// Everything scored, in order of chunk id.
    let items: SpillTable<ScoredItem>
    /// What reads their columns.
    let reader: ColumnReader
    /// How many candidates there are.
    private(set) var count = 0
    /// The sum of their tokens.
    private(set) var tokens = 0
    /// The tokens of the longest.
    private(set) var longest = 0

    /// The items of each domain that filters, guards and duplicates removed.
    private(set) var removed: [Int32: DomainTotal] = [:]

    private var bits: [UInt64]

    /// A set of no candidates.
    init(of items: SpillTable<ScoredItem>, by reader: ColumnReader) {
        self.items = items
        self.reader = reader
        bits = Array(repeating: 0, count: (items.count + 63) / 64)
    }

    /// Makes the item at a place a candidate; each place once.
    mutating func insert(_ place: Int, _ item: ScoredItem) {
        bits[place >> 6] |= 1 << UInt64(place & 63)
        count += 1
        tokens += Int(item.tokens)
        longest = max(longest, Int(item.tokens))
    }

    /// Counts an item that is no candidate.
    mutating func leaveOut(_ item: ScoredItem) {
        removed[item.domain, default: DomainTotal()].items += 1
        removed[item.domain, default: DomainTotal()].tokens += Int(item.tokens)
    }

    /// Whether the item at a place is a candidate.
    func contains(_ place: Int) -> Bool {
        bits[place >> 6] >> UInt64(place & 63) & 1 == 1
    }

    /// Hands over the candidates in order of chunk id.
    func forEach(_ body: (ScoredItem) throws -> Void) throws {
        try items.forEach { place, item in
            if contains(place) { try body(item) }
        }
    }
}
