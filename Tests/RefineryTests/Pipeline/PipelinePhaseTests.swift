import Testing

@testable import Refinery

struct PipelinePhaseTests {
    private typealias Phase = PipelinePhase

    /// Every event that changes a phase, but for those that end it.
    private static let table: [(from: Phase, event: Phase.Event, to: Phase)] = [
        (.loading, .loaded, .running),
        (.loading, .nothingFound, .released),
        (.running, .rested, .releasing),
        (.releasing, .threadsEnded, .released),
        (.released, .workArrived, .loading),
    ]

    @Test(arguments: Phase.allCases, Phase.Event.allCases)
    func `every event leads from every phase where the table says`(
        _ from: PipelinePhase, _ event: PipelinePhase.Event
    ) {
        let expected: Phase =
            if from == .failed || event == .failed {
                .failed
            } else if from == .stopped || event == .stopped {
                .stopped
            } else {
                Self.table.first { $0.from == from && $0.event == event }?.to ?? from
            }
        #expect(from.after(event) == expected)
    }

    @Test func `threads end while the models go and when all is over, and nowhere else`() {
        #expect(Phase.allCases.filter(\.isEnding) == [.releasing, .stopped, .failed])
        #expect(Phase.allCases.filter(\.isOver) == [.stopped, .failed])
    }

    @Test func `what is left counts documents that are not cut yet`() {
        var cut = CorpusStatus(name: "a")
        (cut.bytes, cut.unchunkedBytes, cut.tokens) = (3000, 1000, 1000)
        cut.pendingTokens = RoleCounts(teacher: 7, reference: 9)
        // Two bytes a token so far.
        #expect(PipelineProgress.tokensLeft([cut]) == RoleCounts(teacher: 507, reference: 509))
        var new = CorpusStatus(name: "b")
        (new.bytes, new.unchunkedBytes) = (4000, 4000)
        #expect(
            PipelineProgress.tokensLeft([cut, new]) == RoleCounts(teacher: 1507, reference: 1509))
    }

    @Test func `a name has 1 to 200 bytes without control characters, whatever it names`() throws {
        #expect(try Name(String(repeating: "n", count: 200), of: .corpus).text.count == 200)
        for bad in ["", String(repeating: "n", count: 201), "a\u{7}", "a\u{7f}"] {
            #expect(throws: RefineryError.self) { try Name(bad, of: .corpus) }
            #expect(throws: RefineryError.self) { try Name(bad, of: .selection) }
        }
    }
}
