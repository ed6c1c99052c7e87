import Foundation
import Testing

@testable import Refinery

struct NearestRanksTests {
    @Test(arguments: [1, 2, 3, 100, 70_000])
    func `ranks are those of sorted numbers`(count: Int) throws {
        var random = SeededGenerator(state: UInt64(count))
        let values = (0..<count).map { place -> Double in
            switch place % 5 {
            case 0: Double(Int.random(in: -3...3, using: &random))
            case 1: Double.random(in: -1e-9...1e-9, using: &random)
            case 2: Double.random(in: -1e200...1e200, using: &random)
            case 3: 0
            default:
                [
                    -.infinity, .infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0.1,
                ][place % 25 / 5]
            }
        }
        let sorted = values.sorted()
        let ranks = [1, count, (count + 1) / 2, (count + 3) / 4, max(1, count - 1)]
        var passes = 0
        let found = try NearestRanks.values(at: ranks) { see in
            passes += 1
            values.forEach(see)
        }
        #expect(found == ranks.map { sorted[$0 - 1] })
        #expect(passes == 4)
        #expect(try NearestRanks.values(at: []) { _ in passes += 1 } == [])
        #expect(passes == 4)
    }
}
