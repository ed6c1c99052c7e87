/// Counts of chunks by tokens, for quantiles by nearest rank.
struct LengthHistogram {
    private var counts: [Int: Int] = [:]
    private var total = 0

    /// Counts one chunk.
    mutating func add(_ tokens: Int) {
        counts[tokens, default: 0] += 1
        total += 1
    }

    /// The quantiles, nil of nothing.
    var quantiles: Quantiles? {
        let lengths = counts.keys.sorted()
        guard let least = lengths.first, let greatest = lengths.last else { return nil }
        func quarter(_ part: Int) -> Int {
            let rank = (total * part + 3) / 4
            var seen = 0
            for length in lengths {
                seen += counts[length, default: 0]
                if seen >= rank { return length }
            }
            return greatest
        }
        return Quantiles(
            min: least, q25: quarter(1), median: quarter(2), q75: quarter(3), max: greatest)
    }
}
