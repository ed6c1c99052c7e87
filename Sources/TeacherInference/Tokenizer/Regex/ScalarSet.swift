/// A set of Unicode scalar values: ascending ranges that neither overlap nor touch.
struct ScalarSet: Sendable, Hashable {
    /// One more than the greatest scalar value.
    static let limit: UInt32 = 0x110000

    /// The members.
    private(set) var ranges: [Range<UInt32>]

    /// The members of any of `ranges`.
    init(_ ranges: some Sequence<Range<UInt32>> = []) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound..<end
            } else {
                self.ranges.append(range)
            }
        }
    }

    /// One member.
    init(_ scalar: Unicode.Scalar) {
        ranges = [scalar.value..<scalar.value + 1]
    }

    /// Everything that is not a member.
    var inverted: ScalarSet {
        var result: [Range<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges {
            result.append(start..<range.lowerBound)
            start = range.upperBound
        }
        return ScalarSet(result + [start..<Self.limit])
    }

    /// The members of either.
    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(ranges + other.ranges)
    }

    /// The members of both.
    func intersection(_ other: ScalarSet) -> ScalarSet {
        inverted.union(other.inverted).inverted
    }

    /// Whether the scalar of this value is a member; O(log n).
    func contains(_ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }
}
