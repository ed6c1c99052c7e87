/// Chunks of a sample, each standing for some chunks of the corpus, in two orders: that of the true
/// differences and that of the predictions.
///
/// The measures of any weights of chunks or documents are computed in passes over the two orders, so that a
/// bootstrap sorts nothing.
struct WeightedUnits {
    /// What a unit is.
    struct Unit {
        /// What is expected of it outside the band.
        let prediction: Double
        /// The true difference, which is expected inside the band.
        let truth: Double
        /// The error to expect of its prediction, by which its distance from the band's cut counts.
        let error: Double
        /// How many chunks of the corpus it stands for.
        let weight: Double
        /// 1, or its tokens.
        let size: Double
        /// Index of what a bootstrap draws: its chunk or its document.
        let cluster: Int
    }

    /// Where the teacher reads besides its sample.
    struct Band {
        /// The predicted cut, about which it lies.
        let middle: Double
        /// The largest distance that is in it, in errors to expect; negative where nothing is.
        let reach: Double
        /// The expected difference of the last chunk of the corpus that the rule keeps; nil where
        /// the band is to stay where it is.
        ///
        /// The cut among the chunks of a sample is another one by chance. The band moves with it:
        /// otherwise it would decide less in the sample than it does in the corpus.
        let last: Double?
    }

    /// What is said of a prediction.
    struct Measures {
        var rankCorrelation: Double
        var overlap: Double
        var gain: Double
    }

    private let units: [Unit]
    private let byPrediction: [Int]
    private let byTruth: [Int]
    private let cut: SelectionCut
    private let band: Band?

    init(_ units: [Unit], cut: SelectionCut, band: Band? = nil) {
        self.units = units
        self.cut = cut
        self.band = band
        byPrediction = units.indices.sorted {
            (units[$1].prediction, $0) < (units[$0].prediction, $1)
        }
        byTruth = units.indices.sorted { (units[$1].truth, $0) < (units[$0].truth, $1) }
    }

    /// The measures where chunk or document c counts `counts[c]` times.
    ///
    /// - Returns: nil where they are not defined: nothing or everything is kept, or all values are
    ///   equal.
    func measures(counts: [Double]) -> Measures? {
        let weights = units.map { $0.weight * counts[$0.cluster] }
        let truths = units.map(\.truth)
        var total = 0.0, sum = 0.0
        for (unit, weight) in zip(units, weights) {
            total += weight * unit.size
            sum += weight * unit.size * unit.truth
        }
        let (expected, byExpected) = expected(weights, total: total)
        guard let correlation = rankCorrelation(weights, expected, byExpected, truths) else {
            return nil
        }
        let chosen = kept(byExpected, weights, expected, total: total)
        let best = kept(byTruth, weights, truths, total: total)
        var both = 0.0, ofBest = 0.0, ofChosen = 0.0, gainOfBest = 0.0, gainOfChosen = 0.0
        let mean = sum / total
        for (index, unit) in units.enumerated() {
            let size = weights[index] * unit.size
            both += size * min(chosen[index], best[index])
            ofBest += size * best[index]
            ofChosen += size * chosen[index]
            gainOfBest += size * best[index] * (unit.truth - mean)
            gainOfChosen += size * chosen[index] * (unit.truth - mean)
        }
        // Of everything the gain is what rounding leaves.
        guard ofBest > 0, ofBest < total * (1 - 1e-9), gainOfBest > 0 else { return nil }
        let overlap = min(1, (both + chance(weights, expected, byExpected, chosen)) / ofBest)
        return Measures(
            rankCorrelation: correlation, overlap: overlap, gain: gainOfChosen / gainOfBest)
    }

    /// What the overlap of a sample lacks by chance alone, where a band about the cut is read.
    ///
    /// Let A be what is wrongly left and B what is wrongly kept, by one cut for what is expected and
    /// what is true. As much is kept as the full selection keeps, so of the chunks at the cut, which
    /// are read, |A − B| / 2 more are wrong than (A + B) / 2. In a corpus that is a few; in a sample
    /// it is at least the chance that A and B differ by, whose variance is taken off here.
    private func chance(
        _ weights: [Double], _ expected: [Double], _ byExpected: [Int], _ chosen: [Double]
    ) -> Double {
        // A band of another rule, or the cut of one domain, lies elsewhere: nothing is known there.
        guard let band, let last = band.last, case .share = cut,
            let end = byExpected.last(where: { chosen[$0] > 0 }),
            abs(last - band.middle) <= band.reach * units[end].error
        else { return 0 }
        var difference = 0.0, variance = 0.0
        for (index, unit) in units.enumerated() {
            let size = weights[index] * unit.size
            let isBest = unit.truth >= expected[end]
            guard isBest != (expected[index] >= expected[end]) else { continue }
            difference += isBest ? size : -size
            variance += size * size
        }
        let squared = difference * difference
        return (squared.squareRoot() - max(0, squared - variance).squareRoot()) / 2
    }

    /// What is expected of each unit, and their order by it, the band in its place.
    private func expected(_ weights: [Double], total: Double) -> ([Double], [Int]) {
        guard let band, band.reach >= 0 else { return (units.map(\.prediction), byPrediction) }
        let there = expected(band, moved: 0)
        guard let last = band.last, case .share = cut else { return there }
        let kept = kept(there.1, weights, there.0, total: total)
        guard let end = there.1.last(where: { kept[$0] > 0 }) else { return there }
        return expected(band, moved: there.0[end] - last)
    }

    private func expected(_ band: Band, moved: Double) -> ([Double], [Int]) {
        let isRead = units.map {
            abs($0.prediction - moved - band.middle) <= band.reach * $0.error
        }
        let expected = units.indices.map { isRead[$0] ? units[$0].truth : units[$0].prediction }
        // Both orders are sorted, and so is what is merged of them.
        let read = byTruth.filter { isRead[$0] }
        var order: [Int] = []
        order.reserveCapacity(units.count)
        var next = 0
        for index in byPrediction where !isRead[index] {
            while next < read.count,
                (expected[index], read[next]) < (expected[read[next]], index)
            {
                order.append(read[next])
                next += 1
            }
            order.append(index)
        }
        order += read[next...]
        return (expected, order)
    }

    /// How much of each unit is kept, 0 to 1; a part of the one at the cut.
    private func kept(
        _ order: [Int], _ weights: [Double], _ values: [Double], total: Double
    ) -> [Double] {
        var kept = [Double](repeating: 0, count: units.count)
        switch cut {
        case .threshold(let least):
            for index in order where values[index] >= least { kept[index] = 1 }
        case .share(let share):
            var left = share * total
            for index in order where left > 0 {
                let size = weights[index] * units[index].size
                guard size > 0 else { continue }
                kept[index] = min(1, left / size)
                left -= size
            }
        }
        return kept
    }

    /// Spearman's correlation with weights: each unit's rank is the weight before it and half of
    /// that which is equal to it.
    private func rankCorrelation(
        _ weights: [Double], _ expected: [Double], _ byExpected: [Int], _ truths: [Double]
    ) -> Double? {
        let first = ranks(byExpected, weights, expected)
        let second = ranks(byTruth, weights, truths)
        var total = 0.0, firstSum = 0.0, secondSum = 0.0
        for (index, weight) in weights.enumerated() {
            total += weight
            firstSum += weight * first[index]
            secondSum += weight * second[index]
        }
        guard total > 0 else { return nil }
        let firstMean = firstSum / total, secondMean = secondSum / total
        var product = 0.0, firstSquare = 0.0, secondSquare = 0.0
        for (index, weight) in weights.enumerated() {
            let one = first[index] - firstMean, other = second[index] - secondMean
            product += weight * one * other
            firstSquare += weight * one * one
            secondSquare += weight * other * other
        }
        guard firstSquare > 0, secondSquare > 0 else { return nil }
        return product / (firstSquare * secondSquare).squareRoot()
    }

    private func ranks(_ order: [Int], _ weights: [Double], _ values: [Double]) -> [Double] {
        var ranks = [Double](repeating: 0, count: units.count)
        var before = 0.0, start = 0
        while start < order.count {
            let level = values[order[start]]
            var end = start, group = 0.0
            while end < order.count, values[order[end]] == level {
                group += weights[order[end]]
                end += 1
            }
            for place in start..<end { ranks[order[place]] = before + group / 2 }
            before += group
            start = end
        }
        return ranks
    }
}
