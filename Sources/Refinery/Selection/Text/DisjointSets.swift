/// Numbers 0..<n in groups that only grow (union by the lower number, with path halving).
struct DisjointSets {
    private var parents: [Int32]
    private var shared: [Bool]

    /// Every number by itself; `count` fits 31 bits.
    init(count: Int) {
        parents = (0..<Int32(count)).map { $0 }
        shared = [Bool](repeating: false, count: count)
    }

    /// The lowest number of a group.
    mutating func representative(_ number: Int) -> Int {
        var at = Int32(number)
        while parents[Int(at)] != at {
            parents[Int(at)] = parents[Int(parents[Int(at)])]
            at = parents[Int(at)]
        }
        return Int(at)
    }

    /// Whether two numbers are in one group.
    mutating func areJoined(_ a: Int, _ b: Int) -> Bool { representative(a) == representative(b) }

    /// Makes one group of two.
    mutating func join(_ a: Int, _ b: Int) {
        let first = representative(a), second = representative(b)
        parents[max(first, second)] = Int32(min(first, second))
        shared[a] = true
        shared[b] = true
    }

    /// Whether a number was ever joined with another.
    func isShared(_ number: Int) -> Bool { shared[number] }
}
