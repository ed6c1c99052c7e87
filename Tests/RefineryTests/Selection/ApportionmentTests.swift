import Testing

@testable import Refinery

struct ApportionmentTests {
    private let lengths: [Int64: [Int32]] = [1: [5, 5, 5], 2: [4, 4, 4, 4, 4], 3: [9]]

    @Test func `each group takes its own prefix, what is left over is left`() {
        var shares = Apportionment(40, by: [1: 1, 2: 1, 3: 2], measure: .tokens)
        shares.fill(from: lengths)
        #expect(shares.parts.mapValues(\.count) == [1: 2, 2: 2, 3: 1])
        #expect(shares.parts.mapValues(\.budget) == [1: 10, 2: 10, 3: 20])
        #expect(shares.parts.mapValues(\.taken) == [1: 10, 2: 8, 3: 9])
    }

    @Test func `what is left over is offered again until nothing fits`() {
        var shares = Apportionment(40, by: [1: 1, 2: 1, 3: 2], measure: .tokens)
        shares.fill(from: lengths, spilling: 40)
        // 13 are left, six for each of the two that have more: one more each. Then 4, for the last.
        #expect(shares.parts.mapValues(\.count) == [1: 3, 2: 4, 3: 1])
    }

    @Test func `counts are shared as tokens are, and a group without candidates takes nothing`() {
        var shares = Apportionment(6, by: [1: 1, 2: 1, 9: 1], measure: .count)
        shares.fill(from: lengths)
        #expect(shares.parts.mapValues(\.count) == [1: 2, 2: 2, 9: 0])
        shares.fill(from: lengths, spilling: 6)
        #expect(shares.parts.mapValues(\.count) == [1: 3, 2: 3, 9: 0])
    }

    @Test func `shares of large sizes do not overflow`() {
        let total = 100_000_000_000_000_000
        let shares = Apportionment(
            total, by: [1: 999_999_999_999_999, 2: 1], measure: .tokens)
        #expect(shares.parts[1]?.budget == 99_999_999_999_999_900)
    }

    @Test func `bins of few candidates join the next shorter, the shortest the next longer`() {
        var histogram = Array(repeating: 0, count: 32)
        histogram[3] = 10
        histogram[5] = 300
        histogram[6] = 150
        histogram[7] = 60
        histogram[9] = 100
        let bins = LengthBins(histogram)
        // 512s and 128s are 160, with the 64s 310.
        #expect(bins.counts == [310, 310])
        #expect(bins.exponents == [3, 6])
        #expect(bins.bin(8) == 0 && bins.bin(63) == 0 && bins.bin(64) == 1 && bins.bin(5000) == 1)
        #expect(LengthBins([]).counts.isEmpty)
        #expect(LengthBins([3, 4]).counts == [7])
    }
}
