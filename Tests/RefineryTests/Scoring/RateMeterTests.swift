import Testing

@testable import Refinery

@Suite struct RateMeterTests {
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
