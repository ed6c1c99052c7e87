import Foundation
import Testing

@testable import Refinery

struct ExactSumTests {
    private func sum(_ values: [Double]) -> Double {
        var sum = ExactSum()
        for value in values { sum.add(value) }
        return sum.value
    }

    @Test func `whole numbers and halves are summed as they are`() {
        #expect(sum([]) == 0)
        #expect(sum([1.5, -0.25]) == 1.25)
        #expect(sum([-3, 2]) == -1)
        #expect(sum([0.1]) == 0.1)
        #expect(sum([-0.1]) == -0.1)
        #expect(sum([.leastNonzeroMagnitude]) == .leastNonzeroMagnitude)
        #expect(sum([.greatestFiniteMagnitude]) == .greatestFiniteMagnitude)
        #expect(sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == .infinity)
        #expect(sum([.infinity, 1]) == .infinity)
        #expect(sum([.infinity, -.infinity]).isNaN)
        #expect(sum([.nan, 1]).isNaN)
    }

    @Test func `what cancels leaves what is small`() {
        #expect(sum([1e300, 1, -1e300]) == 1)
        #expect(sum([1e16, 1, 1e-300, -1e16]) == 1)
        #expect(sum([1, 1e-30, -1]) == 1e-30)
    }

    @Test func `a tie is decided by what lies far below`() {
        let half = 0x1p-53
        #expect(sum([1, half]) == 1)
        #expect(sum([1, half, 0x1p-300]) == 1.nextUp)
        #expect(sum([1.nextUp, half, -0x1p-300]) == 1.nextUp)
    }

    @Test func `no order decides a bit`() {
        var random = SeededGenerator(state: 3)
        var values = (0..<2000).map { _ in
            Double.random(in: -1...1, using: &random)
                * pow(2, Double(Int.random(in: -60...60, using: &random)))
        }
        let expected = sum(values)
        for _ in 0..<20 {
            values.shuffle(using: &random)
            #expect(sum(values) == expected)
        }
    }
}
