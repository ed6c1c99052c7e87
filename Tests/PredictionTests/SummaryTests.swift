import Prediction
import Testing

@Suite struct SummaryTests {
    @Test("statistics are numpy's")
    func statistics() throws {
        // numpy: mean, std, quantile(…, [0.1, 0.25, 0.5, 0.75, 0.9]), log(6).
        let statistics = try NLLStatistics(
            nll: [4, 1, 0.5, 2, 8, 3], tokens: [7, 7, 9, 2, 9, 7, 1])
        let expected = [
            3.0833333333333335, 2.4902587995806558, 0.75, 1.25, 2.5, 3.75, 6, 4.0 / 7,
            1.791759469228055,
        ]
        for (value, want) in zip(statistics.values, expected) {
            #expect(abs(value - want) < 1e-12)
        }
        #expect(statistics.values.count == NLLStatistics.count)
    }

    @Test("nothing scored and NLLs that are not finite are refused")
    func refusedStatistics() {
        #expect(throws: PredictionError.self) { try NLLStatistics(nll: [], tokens: [1]) }
        #expect(throws: PredictionError.self) { try NLLStatistics(nll: [.nan], tokens: [1, 2]) }
        #expect(throws: PredictionError.self) { try NLLStatistics(values: [1, 2]) }
    }

    @Test("rows add up to their mean and deviation, and a reset forgets them")
    func sums() {
        var sums = HiddenStateSums(width: 2)
        for _ in 0..<2 {
            for row: [Float] in [[1, 1000], [3, 1000], [5, 1000.5]] {
                row.withUnsafeBufferPointer { sums.add($0) }
            }
            #expect(sums.rows == 3)
            #expect(sums.mean == [3, 3000.5 / 3])
            #expect(abs(sums.deviation[0] - (8.0 / 3).squareRoot()) < 1e-12)
            #expect(abs(sums.deviation[1] - (0.5 / 9).squareRoot()) < 1e-6)
            sums.reset()
            #expect(sums.rows == 0 && sums.mean == [0, 0])
        }
    }

    private func summary(width: Int) throws -> ChunkSummary {
        try ChunkSummary(
            statistics: NLLStatistics(nll: [1, 2, 4], tokens: [1, 2, 3]),
            mean: (0..<width).map { Double($0) / 8 - 3 },
            deviation: (0..<width).map { 1 + Double($0) / 4 })
    }

    @Test("an encoding of at most 300 bytes comes back as it was", arguments: [0, 1, 64, 65, 4096])
    func encoding(width: Int) throws {
        let summary = try summary(width: width)
        let bytes = summary.encoded
        #expect(bytes.count <= min(300, ChunkSummary.maxBytes))
        #expect(summary.mean.count == min(width, ChunkSummary.maxStates))
        #expect(try ChunkSummary(encoded: bytes) == summary)
        #expect(summary.features.count == 9 + 2 * summary.mean.count)
    }

    @Test("an encoding is version, count, and little-endian halves")
    func bytes() throws {
        let bytes = try summary(width: 1).encoded
        // 1 + 2 + 4 over 3 is 2.333 (0x40AB); −3 is 0xC200; 1 is 0x3C00.
        #expect(Array(bytes[..<4]) == [1, 1, 0xAB, 0x40])
        #expect(Array(bytes[20...]) == [0x00, 0xC2, 0x00, 0x3C])
    }

    @Test("wrong lengths, versions and numbers are errors")
    func refused() throws {
        let bytes = try summary(width: 2).encoded
        for length in bytes.indices {
            #expect(throws: PredictionError.self) {
                try ChunkSummary(encoded: Array(bytes[..<length]))
            }
        }
        #expect(throws: PredictionError.self) { try ChunkSummary(encoded: bytes + [0]) }
        for (place, value) in [(0, UInt8(2)), (1, 3), (1, 65), (1, 255)] {
            var wrong = bytes
            wrong[place] = value
            #expect(throws: PredictionError.self) { try ChunkSummary(encoded: wrong) }
        }
        var infinite = bytes
        (infinite[2], infinite[3]) = (0x00, 0x7C)
        #expect(throws: PredictionError.self) { try ChunkSummary(encoded: infinite) }
    }

    @Test("a number beyond half precision is the nearest in it; one that is not finite is refused")
    func range() throws {
        let statistics = try NLLStatistics(nll: [1], tokens: [1])
        let summary = try ChunkSummary(statistics: statistics, mean: [-1e9], deviation: [1e9])
        #expect(summary.mean == [-Float16.greatestFiniteMagnitude])
        #expect(summary.deviation == [Float16.greatestFiniteMagnitude])
        #expect(throws: PredictionError.self) {
            try ChunkSummary(statistics: statistics, mean: [.nan], deviation: [1])
        }
    }

    @Test("a projection keeps the lengths of vectors, about, and is linear")
    func projection() throws {
        var random = Fixture.Noise(state: 3)
        let statistics = try NLLStatistics(nll: [1], tokens: [1])
        func length(_ values: [Double]) throws -> Double {
            try ChunkSummary(statistics: statistics, mean: values, deviation: values).mean
                .reduce(0) { $0 + Double($1) * Double($1) }
        }
        var ratio = 0.0
        for _ in 0..<50 {
            let values = (0..<300).map { _ in random.normal() }
            ratio += try length(values) / values.reduce(0) { $0 + $1 * $1 } / 50
            #expect(
                try abs(length(values.map { 2 * $0 }) / length(values) - 4) < 0.01)
        }
        #expect(abs(ratio - 1) < 0.15)
    }
}
