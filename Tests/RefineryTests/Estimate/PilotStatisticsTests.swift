import Foundation
import Testing

@testable import Refinery

struct PilotStatisticsTests {
    private func sums(_ teacher: Double, _ reference: Double) -> PilotChunk.Sums {
        PilotChunk.Sums(
            teacher: teacher, reference: reference, teacherUnits: 1, referenceUnits: 1,
            repetition: 0, tokens: 100)
    }

    private func chunk(_ halves: (Double, Double)?) -> PilotChunk {
        PilotChunk(
            domain: nil, isMain: true, documentBytes: 1, documentTokens: 1, bytes: 1,
            teacherTokens: 1, referenceTokens: 1, sums: sums(1, 2),
            halves: halves.map { (odd: $0.0, even: $0.1) }, twins: [:])
    }

    @Test func `a share's interval is Wilson's`() {
        // Wilson's formula by hand for 8 of 10 at z = 1.959964.
        let found = PilotStatistics.share(8, of: 10)
        #expect(abs(found.value - 0.8) < 1e-12)
        #expect(abs(found.lower - 0.490162) < 1e-5 && abs(found.upper - 0.943318) < 1e-5)
        #expect(PilotStatistics.share(0, of: 0) == Estimated(0, 0, 1))
        #expect(PilotStatistics.share(5, of: 5).upper == 1)
    }

    @Test func `reliability steps the correlation of halves up to the whole`() throws {
        // Halves that correlate by 0.5: (0, 0), (1, 2), (2, 1), seven times, and one without.
        let points = [(0.0, 0.0), (1, 2), (2, 1)]
        let chunks = (0..<21).map { chunk(points[$0 % 3]) } + [chunk(nil)]
        let r = try #require(PilotStatistics.correlation([0, 1, 2], [0, 2, 1]))
        #expect(abs(r - 0.5) < 1e-12)
        let found = try #require(PilotStatistics.reliability(chunks))
        #expect(abs(found - 2 * 0.5 / 1.5) < 1e-12)
        #expect(PilotStatistics.reliability(Array(chunks.prefix(19))) == nil)
        // Halves that disagree are of no use, and nothing beyond.
        let against = (0..<21).map { chunk((Double($0), -Double($0))) }
        #expect(PilotStatistics.reliability(against) == 0)
    }

    @Test
    func
        `low teacher loss picks all of the better half where it decides, and none where it misleads`()
    {
        let agrees = [sums(1, 5), sums(2, 5), sums(3, 5), sums(4, 5)]
        #expect(PilotStatistics.pickedByLoss(agrees) == 1)
        let misleads = [sums(1, 1), sums(2, 2), sums(3, 8), sums(4, 9)]
        #expect(PilotStatistics.pickedByLoss(misleads) == 0)
    }

    @Test func `a bootstrap's interval holds the value and is the same every time`() throws {
        let chunks = (0..<40).map { chunk((Double($0), Double($0 % 7))) }
        let mean: ([PilotChunk]) -> Double? = { drawn in
            drawn.reduce(0) { $0 + ($1.halves?.odd ?? 0) } / Double(drawn.count)
        }
        let found = try #require(PilotStatistics.estimated(chunks, mean))
        #expect(found.value == 19.5 && found.lower < 19.5 && found.upper > 19.5)
        // A mean's standard error is 11.54 / √40 = 1.83.
        #expect(abs((found.upper - found.lower) - 2 * 1.96 * 1.825) < 0.8)
        #expect(PilotStatistics.estimated(chunks, mean) == found)
    }
}
