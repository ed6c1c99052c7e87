import Testing

@testable import Refinery

@Suite struct RateMeterTests {
    @Test func `batches that differ leave the time left open, and equal ones do not`() throws {
        var rate = RateMeter(least: 2)
        for number in 0..<8 {
            rate.add(time: Double(number + 1), seconds: 1, tokens: 10, operations: 100)
        }
        #expect(rate.error == 0)
        var uneven = RateMeter(least: 2)
        for number in 0..<8 {
            uneven.add(
                time: Double(number + 1), seconds: 1, tokens: 10,
                operations: number % 2 == 0 ? 50 : 150)
        }
        let error = try #require(uneven.error)
        #expect(abs(error - 2 * (20_000.0 / 7 / 8).squareRoot() / 100) < 1e-9)
        let left = TimeLeft(seconds: 100, error: error)
        #expect(left.range.lowerBound < 75 && left.range.upperBound > 150)
        #expect(TimeLeft(seconds: 100, error: 0).range.lowerBound < 96)
    }

    @Test("there is no rate before every worker's first batches are done")
    func firstBatches() {
        var rate = RateMeter(least: 2)
        rate.add(time: 10, seconds: 10, tokens: 100, operations: 1000)
        #expect(rate.tokensPerSecond == nil)
        rate.add(time: 10, seconds: 10, tokens: 100, operations: 1000)
        #expect(rate.tokensPerSecond == 20)
        #expect(rate.operationsPerSecond == 200)
    }

    @Test("only the last minute counts, and a reset forgets it")
    func window() {
        var rate = RateMeter(least: 1)
        rate.add(time: 10, seconds: 10, tokens: 100_000, operations: 1)
        for second in 1...100 {
            rate.add(time: 10 + Double(second), seconds: 1, tokens: 50, operations: 1)
        }
        #expect(rate.tokensPerSecond == 50)
        rate.reset()
        #expect(rate.tokensPerSecond == nil)
    }
}
