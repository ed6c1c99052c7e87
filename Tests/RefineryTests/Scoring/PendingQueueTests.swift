import Testing

@testable import Refinery

@Suite struct PendingQueueTests {
    private func chunk(_ id: Int64, tokens: Int = 10) -> PendingChunk {
        PendingChunk(
            id: id, text: [], tokens: tokens, needsTeacher: true, needsReference: true)
    }

    private func isRead(_ step: PendingQueue.Step?) -> Bool {
        if case .read = step { return true }
        return false
    }

    @Test("chunks that arrive while a page is being read are looked for again")
    func arrivalWhileReading() {
        var queue = PendingQueue()
        #expect(isRead(queue.next(tokens: 100)))
        // The page was asked for before the chunks were there, and comes back empty after.
        queue.look()
        queue.add([])
        #expect(!queue.isIdle)
        #expect(isRead(queue.next(tokens: 100)))
        queue.add([])
        #expect(queue.isIdle)
        #expect(queue.next(tokens: 100) == nil)
    }

    @Test("the last batches share out what is left among the workers, but are not tiny")
    func lastBatches() {
        var queue = PendingQueue()
        #expect(isRead(queue.next(tokens: 4000, workers: 2)))
        queue.add((1...10).map { chunk($0, tokens: 300) })
        #expect(isRead(queue.next(tokens: 4000, workers: 2)))
        queue.add([])
        var sizes: [Int] = []
        while case .score(let chunks) = queue.next(tokens: 4000, workers: 2) {
            sizes.append(chunks.count)
        }
        #expect(sizes == [5, 2, 1, 1, 1])
    }

    @Test("a batch is bounded in tokens but never empty, and a pass ends with a second look")
    func batches() {
        var queue = PendingQueue()
        #expect(isRead(queue.next(tokens: 25)))
        #expect(queue.next(tokens: 25) == nil, "one page at a time")
        queue.add([chunk(3), chunk(5), chunk(7), chunk(9, tokens: 99)])
        var sizes: [Int] = []
        while !queue.isIdle {
            switch queue.next(tokens: 25) {
            case .score(let chunks):
                sizes.append(chunks.count)
                queue.finish()
            case .read(let after):
                #expect(after == 9 || after == 0)
                queue.add([])
            case nil:
                Issue.record("nothing to do, yet not idle")
                return
            }
        }
        #expect(sizes == [2, 1, 1])
    }
}

extension PendingQueue.Step: Equatable {
    /// Whether both are the same step.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.read(let a), .read(let b)): a == b
        case (.score(let a), .score(let b)): a == b
        default: false
        }
    }
}
