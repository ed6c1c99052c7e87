import Testing

@testable import Refinery
@testable import refinectl

@Suite struct ChunkTableTests {
    /// What the table says of a chunk's place in a selection that does not keep it.
    private func words(_ change: (inout ChunkReport.Membership) -> Void) -> String {
        var membership = ChunkReport.Membership(
            name: "s", unit: .chunk, isKept: false, candidates: 9, cut: nil)
        membership.rank = 5
        membership.score = 1.5
        change(&membership)
        let report = ChunkReport(
            chunk: 1,
            document: ChunkReport.Origin(
                id: "d", corpus: "c", file: "f", line: 1, domain: nil, bytes: 3, chunks: 1),
            ordinal: 0, start: 0, end: 3, text: "abc", retired: false, duplicateOf: nil,
            models: [], scores: [], unit: nil, columns: [:], steps: [], selection: membership)
        return ChunkTable.render(report).split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test func `what lies below the cut is said to be so once`() {
        #expect(
            words { $0.cut = 2 }
                == "selection s: not kept, rank 5 of 9, score 1.5000, 0.5000 below the cut of 2.0000"
        )
        #expect(
            words { $0.cut = 1.5 }.hasSuffix(", which is the cut, behind the last that is kept"))
        #expect(words { _ in }.hasSuffix("score 1.5000, beyond the cut"))
    }

    @Test func `where a mix decides, its share does`() {
        func mixed(by name: String, hasShare: Bool) -> String {
            words {
                $0.mixBy = name
                $0.hasShare = hasShare
            }
        }
        #expect(
            mixed(by: "domain", hasShare: false).hasSuffix(
                "score 1.5000, its domain has no share in the mix"))
        #expect(
            mixed(by: "domain", hasShare: true).hasSuffix(", beyond the cut of its domain"))
        #expect(
            mixed(by: "topic", hasShare: false).hasSuffix(
                ", its category of topic has no share in the mix"))
    }
}
