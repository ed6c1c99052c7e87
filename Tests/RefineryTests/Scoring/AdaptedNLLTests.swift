import Foundation
import TeacherInference
import Testing

@testable import Refinery

struct AdaptedNLLTests {
    /// The formula as it is written, looking through the whole chunk for each token.
    private func naive(_ tokens: [TokenID], _ tokenNLL: [Float]) -> Double {
        var sum = 0.0
        let unscored = tokens.count - tokenNLL.count
        for at in unscored..<tokens.count {
            var p = exp(-Double(tokenNLL[at - unscored]))
            for k in 2...8 where at >= k {
                var followers: [TokenID: Double] = [:]
                for earlier in k..<max(k, at)
                where tokens[earlier - k..<earlier] == tokens[at - k..<at] {
                    followers[tokens[earlier], default: 0] += 1
                }
                let count = followers.values.reduce(0, +)
                if count == 0 { break }
                let own = max(followers[tokens[at], default: 0] - 0.5, 0)
                p = (own + 0.5 * Double(followers.count) * p) / count
            }
            sum -= log(p)
        }
        return sum
    }

    @Test(arguments: 1...12)
    func `what the chunk has shown adapts the model as the formula says`(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        let words = Int32([2, 3, 5, 40][seed % 4])
        let tokens = (0..<150).map { _ in TokenID.random(in: 0..<words, using: &random) }
        let all = tokens.map { _ in Float.random(in: 0...9, using: &random) }
        for tokenNLL in [all, Array(all.dropFirst())] {
            let expected = naive(tokens, tokenNLL)
            let found = AdaptedNLL.sum(tokens: tokens, tokenNLL: tokenNLL)
            #expect(abs(found - expected) < 1e-9 * (1 + expected))
        }
    }

    @Test func `repeated lines become cheap, text that never repeats stays as it was`() {
        let line: [TokenID] = [5, 6, 7, 8, 9, 10]
        let lines = (0..<50).flatMap { _ in line }
        let repeated =
            AdaptedNLL.sum(
                tokens: lines, tokenNLL: lines.map { _ in 7.5 }) / Double(lines.count)
        #expect(repeated < 0.5)
        let fresh = (0..<300).map { TokenID($0) }
        #expect(AdaptedNLL.sum(tokens: fresh, tokenNLL: fresh.map { _ in 2 }) == 600)
    }

    @Test func `a probability that underflows gives no infinity, and nothing gives nothing`() {
        let tokens: [TokenID] = [1, 2, 3, 1, 2, 4]
        let sum = AdaptedNLL.sum(tokens: tokens, tokenNLL: [0, 0, 0, 0, 0, 2000])
        #expect(sum > 2000 && sum < 2002)
        #expect(AdaptedNLL.sum(tokens: [7], tokenNLL: []) == 0)
    }

    @Test func `a chunk's share of repeated windows is that of a search through all of them`() {
        var random = SeededGenerator(state: 8)
        for length in [0, 1, 7, 8, 9, 60, 400] {
            for words in [1, 2, 3] as [TokenID] {
                let tokens = (0..<length).map { _ in TokenID.random(in: 0..<words, using: &random) }
                var seen: Set<[TokenID]> = []
                var repeated = 0
                for at in 0..<max(0, length - 7)
                where !seen.insert(Array(tokens[at..<at + 8])).inserted {
                    repeated += 1
                }
                let expected = length < 8 ? 0 : Double(repeated) / Double(length - 7)
                #expect(RepeatedWindows.share(of: tokens) == expected)
            }
        }
    }
}
