import Testing

@testable import Prediction

@Suite struct QualityTests {
    private func quality(
        _ fixture: Fixture, probability: Double = 0.1, ratio: Double = 0.5, budget: Int = 0
    ) throws -> PredictionQuality {
        let set = try fixture.learningSet
        let prediction = try DifferencePrediction(set)
        let cut = SelectionCut.share(ratio)
        let sizes = [Double](repeating: 1, count: set.count)
        let value = cut.value(differences: prediction.outOfFold, sizes: sizes)
        let band = CutBand(
            cut: value, spread: PredictionSpread(set, prediction, cut: value),
            predictions: prediction.outOfFold, domains: fixture.domains, budget: budget)
        return try PredictionQuality(
            set, prediction, probabilities: sizes.map { $0 * probability }, sizes: sizes, cut: cut,
            band: band)
    }

    @Test("measures of a few units are those that a hand computes")
    func hand() throws {
        func unit(_ expected: Double, _ truth: Double, _ weight: Double, _ size: Double = 1)
            -> WeightedUnits.Unit
        {
            .init(
                prediction: expected, truth: truth, error: 1, weight: weight, size: size,
                cluster: 0)
        }
        // Expected order a b c d, true order b a d c with 4, 3, 1, 0.
        let units = [unit(9, 3, 1), unit(8, 4, 1), unit(7, 0, 1), unit(6, 1, 1)]
        let half = try #require(WeightedUnits(units, cut: .share(0.5)).measures(counts: [1]))
        #expect(half.overlap == 1 && half.gain == 1)
        #expect(abs(half.rankCorrelation - 0.6) < 1e-12)
        let quarter = try #require(WeightedUnits(units, cut: .share(0.25)).measures(counts: [1]))
        #expect(quarter.overlap == 0)
        #expect(quarter.gain == 0.5)
        // A weight is as good as copies.
        let weighted = WeightedUnits(
            [unit(2, 1, 3), unit(1, 2, 1), unit(0, 0, 2)], cut: .share(0.5))
        let copies = WeightedUnits(
            [
                unit(2, 1, 1), unit(2, 1, 1), unit(2, 1, 1), unit(1, 2, 1), unit(0, 0, 1),
                unit(0, 0, 1),
            ],
            cut: .share(0.5))
        let one = try #require(weighted.measures(counts: [1]))
        let other = try #require(copies.measures(counts: [1]))
        #expect(abs(one.overlap - other.overlap) < 1e-12)
        #expect(abs(one.gain - other.gain) < 1e-12)
        #expect(abs(one.rankCorrelation - other.rankCorrelation) < 1e-12)
        // Chosen are all from 7.5, the full selection is empty.
        #expect(WeightedUnits(units, cut: .threshold(7.5)).measures(counts: [1]) == nil)
    }

    @Test("a prediction without error finds everything, and one of noise is refused")
    func extremes() throws {
        let exact = try quality(Fixture(chunks: 400, noise: 0))
        #expect(exact.whole.rankCorrelation.value > 0.999)
        #expect(exact.whole.overlap.value > 0.98 && exact.whole.gain.value > 0.999)
        #expect(exact.refusal == nil && exact.weakDomains == [])
        let noise = try quality(Fixture(chunks: 400, noise: 30))
        #expect(noise.refusal != nil)
        #expect(noise.weakDomains == ["code", "prose"])
    }

    @Test("a band and a larger share make it better")
    func band() throws {
        let fixture = Fixture(chunks: 400, noise: 2)
        let alone = try quality(fixture), banded = try quality(fixture, budget: 120)
        let read = try quality(fixture, probability: 0.5)
        #expect(banded.whole.overlap.value > alone.whole.overlap.value + 0.05)
        #expect(read.whole.overlap.value > alone.whole.overlap.value + 0.05)
        #expect(try quality(fixture, probability: 1).whole.overlap.value == 1)
    }

    @Test("the same chunks give the same measures, with the value in its interval")
    func same() throws {
        let fixture = Fixture(chunks: 300, noise: 2)
        let quality = try quality(fixture, ratio: 0.3)
        #expect(try quality == self.quality(fixture, ratio: 0.3))
        for estimate in [
            quality.whole.rankCorrelation, quality.whole.overlap, quality.whole.gain,
        ] {
            #expect(estimate.lower < estimate.value && estimate.value < estimate.upper)
        }
    }

    @Test(
        "the true overlap is in the interval for at least 45 of 50 samples, with a band and without",
        arguments: [0, 300])
    func honest(budget: Int) throws {
        var inside = 0
        for seed in 0..<50 {
            let fixture = Fixture(chunks: 2000, noise: 2, seed: UInt64(seed))
            var random = Fixture.Noise(state: UInt64(1000 + seed))
            let sample = (0..<2000).filter { _ in Double.random(in: 0..<1, using: &random) < 0.15 }
            let set = try fixture.learningSet(sample)
            let prediction = try DifferencePrediction(set)
            var expected = (0..<2000).map {
                prediction.regression.predict(fixture.features[$0], domain: fixture.domains[$0])
            }
            var read = Set(sample)
            func learn() {
                for index in read { expected[index] = fixture.differences[index] }
            }
            learn()
            let rule = SelectionCut.share(0.5), sizes = [Double](repeating: 1, count: 2000)
            let cut = rule.value(differences: expected, sizes: sizes)
            let rest = (0..<2000).filter { !read.contains($0) }
            let band = CutBand(
                cut: cut, spread: PredictionSpread(set, prediction, cut: cut),
                predictions: rest.map { expected[$0] }, domains: rest.map { fixture.domains[$0] },
                budget: budget)
            read.formUnion(
                rest.filter { band.contains(expected[$0], domain: fixture.domains[$0]) })
            learn()
            let best = Set(
                (0..<2000).sorted { fixture.differences[$0] > fixture.differences[$1] }.prefix(1000)
            )
            let chosen = (0..<2000).sorted { expected[$0] > expected[$1] }.prefix(1000)
            let overlap = Double(chosen.count { best.contains($0) }) / 1000
            let stated = try PredictionQuality(
                set, prediction, probabilities: sample.map { _ in 0.15 },
                sizes: sample.map { _ in 1 }, cut: rule,
                last: rule.value(differences: expected, sizes: sizes),
                band: budget > 0 ? band : nil
            ).whole.overlap
            if stated.lower <= overlap, overlap <= stated.upper { inside += 1 }
        }
        #expect(inside >= 45)
    }

    @Test("nothing to choose cannot be judged")
    func degenerate() throws {
        let fixture = Fixture(chunks: 100, noise: 1)
        #expect(throws: PredictionError.self) { try quality(fixture, ratio: 0) }
        #expect(throws: PredictionError.self) { try quality(fixture, ratio: 1) }
    }
}
