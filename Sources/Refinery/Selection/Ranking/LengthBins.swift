/// Candidates by length: power-of-two bins of `tokens`, small ones joined.
///
/// A bin of fewer than 200 candidates joins the next shorter one, the shortest the next longer.
struct LengthBins {
    /// Fewer candidates than this are no bin of their own.
    static let least = 200

    /// The candidates of each bin, in order of length.
    let counts: [Int]
    /// The first power of two of each bin.
    let exponents: [Int]
    private var bins: [Int]

    /// The power of two that an item of so many tokens begins at: ⌊log₂ tokens⌋.
    static func exponent(_ tokens: Int32) -> Int {
        tokens < 1 ? 0 : Int32.bitWidth - 1 - tokens.leadingZeroBitCount
    }

    /// The bins of so many candidates at each power of two.
    init(_ histogram: [Int]) {
        var joined: [(exponents: [Int], count: Int)] = []  // longest first
        var waiting: (exponents: [Int], count: Int) = ([], 0)
        for exponent in histogram.indices.reversed() where histogram[exponent] > 0 {
            waiting.exponents.append(exponent)
            waiting.count += histogram[exponent]
            if waiting.count >= Self.least {
                joined.append(waiting)
                waiting = ([], 0)
            }
        }
        if !waiting.exponents.isEmpty {
            if joined.isEmpty {
                joined.append(waiting)
            } else {
                joined[joined.count - 1].exponents += waiting.exponents
                joined[joined.count - 1].count += waiting.count
            }
        }
        joined.reverse()
        counts = joined.map(\.count)
        exponents = joined.map { $0.exponents.min() ?? 0 }
        bins = Array(repeating: 0, count: Int32.bitWidth)
        for exponent in bins.indices {
            bins[exponent] = exponents.lastIndex { $0 <= exponent } ?? 0
        }
    }

    /// The bins of the candidates.
    init(of candidates: CandidateSet) throws {
        var histogram = Array(repeating: 0, count: Int32.bitWidth)
        try candidates.forEach { histogram[Self.exponent($0.tokens)] += 1 }
        self.init(histogram)
    }

    /// The bin of an item of so many tokens.
    func bin(_ tokens: Int32) -> Int {
        bins[Self.exponent(tokens)]
    }

    /// The median of a column in each bin; of an even count the mean of the middle two.
    func medians(of column: Column, in candidates: CandidateSet) throws -> [Double] {
        var values = counts.map { count in
            var values: [Double] = []
            values.reserveCapacity(count)
            return values
        }
        try candidates.forEach { item in
            values[bin(item.tokens)].append(candidates.reader.value(column, of: item))
        }
        return values.indices.map { index in
            values[index].sort()
            let (count, half) = (values[index].count, values[index].count / 2)
            guard count > 0 else { return 0 }
            return count % 2 == 1
                ? values[index][half] : (values[index][half - 1] + values[index][half]) / 2
        }
    }
}
