import Foundation
import Testing

@testable import Refinery

struct CandidateRunsTests {
    /// Candidates in order of chunk id, with many equal scores.
    private func candidates(_ count: Int) -> [Candidate] {
        var random = SeededGenerator(state: UInt64(count))
        var found: [Candidate] = []
        for index in 0..<count {
            let score = Double(Int.random(in: -20...20, using: &random)) / 8
            found.append(
                Candidate(
                    chunk: Int64(index + 1), document: Int64(index / 3), key: score, score: score,
                    tokens: Int32(index % 9), domain: Int32(index % 4), group: 0))
        }
        return found
    }

    private func all(_ ranked: RankedCandidates) throws -> [Candidate] {
        var ranked = ranked
        var found: [Candidate] = []
        while let candidate = try ranked.next() { found.append(candidate) }
        return found
    }

    @Test(arguments: [0, 1, 6, 7, 8, 49, 50, 5000])
    func `runs of seven merge into what one sort gives, as often as asked`(count: Int) throws {
        let test = try TestStore()
        let runs = CandidateRuns(folder: test.folder.path, capacity: 7)
        let candidates = candidates(count)
        for candidate in candidates { try runs.add(candidate) }
        let expected = candidates.sorted(by: Candidate.ranksBefore)
        #expect(runs.count == count)
        #expect(try all(runs.ranked()) == expected)
        #expect(try all(runs.ranked()) == expected)
    }

    @Test func `runs longer than a buffer merge too`() throws {
        let test = try TestStore()
        let candidates = candidates(300_000)
        let runs = CandidateRuns(folder: test.folder.path, capacity: 140_000)
        for candidate in candidates { try runs.add(candidate) }
        #expect(try all(runs.ranked()) == candidates.sorted(by: Candidate.ranksBefore))
    }

    @Test func `the file has no name`() throws {
        let test = try TestStore()
        let before = try FileManager.default.contentsOfDirectory(atPath: test.folder.path)
        let runs = CandidateRuns(folder: test.folder.path, capacity: 2)
        for candidate in candidates(9) { try runs.add(candidate) }
        #expect(try all(runs.ranked()).count == 9)
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder.path) == before)
    }

    @Test func `a folder that cannot be written is named`() throws {
        let runs = CandidateRuns(folder: "/nonexistent", capacity: 2)
        let error = #expect(throws: RefineryError.self) {
            for candidate in candidates(9) { try runs.add(candidate) }
        }
        #expect(error?.message.contains("/nonexistent") == true)
    }

    @Test func `a set of ids holds what was put in, near or far`() {
        var random = SeededGenerator(state: 3)
        var ids = IDSet()
        var expected: Set<Int64> = []
        for _ in 0..<20_000 {
            let far = Int64.random(in: 0...Int64.max, using: &random)
            for id in [far, far % 10_000, far % 3] {
                #expect(ids.insert(id) == expected.insert(id).inserted)
            }
        }
        #expect(ids.count == expected.count)
    }
}
