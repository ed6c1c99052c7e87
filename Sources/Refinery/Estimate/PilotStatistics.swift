import Foundation
import ReferenceTraining

/// A number with its 95 % interval.
public struct Estimated: Codable, Sendable, Equatable {
    /// The number.
    public var value: Double
    /// The lower end of its interval.
    public var lower: Double
    /// The upper end.
    public var upper: Double

    /// A number of that interval.
    public init(_ value: Double, _ lower: Double, _ upper: Double) {
        (self.value, self.lower, self.upper) = (value, lower, upper)
    }

    /// The same in another unit.
    func times(_ factor: Double) -> Estimated {
        Estimated(value * factor, lower * factor, upper * factor)
    }
}

/// The formulas of a pilot; docs/method.md has them.
enum PilotStatistics {
    /// Resamples of a bootstrap.
    private static let resamples = 1000
    /// Chunks with two halves, below which nothing is said of reliability.
    static let leastHalves = 20

    /// A statistic of some chunks, with the 2.5th and 97.5th percentile of its bootstrap (Efron
    /// 1979); nil where it has no value.
    static func estimated(
        _ chunks: [PilotChunk], _ statistic: ([PilotChunk]) -> Double?
    ) -> Estimated? {
        guard chunks.count > 1, let value = statistic(chunks) else { return nil }
        var values: [Double] = []
        for resample in 0..<resamples {
            let random = CounterRandom(seed: 1, stream: UInt64(resample))
            let drawn = chunks.indices.map { chunks[random.below(chunks.count, UInt64($0))] }
            if let value = statistic(drawn) { values.append(value) }
        }
        guard values.count > resamples / 2 else { return nil }
        values.sort()
        return Estimated(
            value, values[values.count * 25 / 1000], values[values.count * 975 / 1000])
    }

    /// The share of successes with its Wilson interval (1927).
    static func share(_ successes: Int, of all: Int) -> Estimated {
        guard all > 0 else { return Estimated(0, 0, 1) }
        let (n, z) = (Double(all), 1.959_964)
        let p = Double(successes) / n
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return Estimated(p, max(0, middle - half), min(1, middle + half))
    }

    /// Pearson's correlation; nil where a side does not vary.
    static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
        let n = Double(x.count)
        guard x.count > 2 else { return nil }
        let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
        var (xx, yy, xy) = (0.0, 0.0, 0.0)
        for (a, b) in zip(x, y) {
            xx += (a - mx) * (a - mx)
            yy += (b - my) * (b - my)
            xy += (a - mx) * (b - my)
        }
        return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
    }

    /// How reliable a chunk's difference is: of its odd and even blocks the correlation, stepped up
    /// to the whole chunk (Spearman 1910, Brown 1910).
    static func reliability(_ chunks: [PilotChunk]) -> Double? {
        let halves = chunks.compactMap(\.halves)
        guard halves.count >= leastHalves,
            let r = correlation(halves.map(\.odd), halves.map(\.even))
        else { return nil }
        // Halves that disagree tell nothing of each other.
        return r > 0 ? 2 * r / (1 + r) : 0
    }

    /// The mean of a value over the text: each chunk stands for as much as its weight.
    static func mean(_ chunks: [PilotChunk], _ value: (PilotChunk) -> Double?) -> Double? {
        var (sum, weight) = (0.0, 0.0)
        for chunk in chunks {
            guard let value = value(chunk) else { continue }
            sum += chunk.weight * value
            weight += chunk.weight
        }
        return weight > 0 ? sum / weight : nil
    }

    /// Of the better half by difference, the share that low teacher loss alone would have picked.
    static func pickedByLoss(_ sums: [PilotChunk.Sums]) -> Double? {
        let half = sums.count / 2
        guard half > 0 else { return nil }
        let byDifference = sums.indices.sorted { sums[$0].difference > sums[$1].difference }
        let byLoss = sums.indices.sorted { sums[$0].teacherLoss < sums[$1].teacherLoss }
        let better = Set(byDifference.prefix(half))
        return Double(byLoss.prefix(half).count(where: better.contains)) / Double(half)
    }
}
