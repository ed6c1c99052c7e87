/// Reads records in their order, from sorted runs that are merged on the way.
struct MergedRuns<Record: RankedRecord> {
    /// A sorted run on its way through memory.
    private struct Run {
        /// What is in memory, never empty.
        var buffer: [Record]
        /// The place in `buffer` of the next one.
        var at = 0
        /// What is still in the file, by place.
        var rest: Range<Int>

        var head: Record { buffer[at] }
    }

    /// Records that all runs' buffers hold together, unless there are very many runs.
    private static var bufferBudget: Int { 1 << 17 }
    private static var leastBuffer: Int { 64 }

    private let file: SpillFile<Record>?
    private let bufferCount: Int
    /// A binary heap: a run's head ranks before those of the runs at 2i + 1 and 2i + 2.
    private var heap: [Run]

    /// Reads an array that is sorted already.
    init(sorted: [Record]) {
        file = nil
        bufferCount = 0
        heap = sorted.isEmpty ? [] : [Run(buffer: sorted, rest: 0..<0)]
    }

    /// Merges the runs at these places of `file`, none of them empty.
    ///
    /// - Throws: ``RefineryError`` where the file cannot be read.
    init(merging runs: [Range<Int>], of file: SpillFile<Record>) throws {
        self.file = file
        bufferCount = max(Self.leastBuffer, Self.bufferBudget / max(1, runs.count))
        heap = []
        for range in runs {
            let first = range.prefix(bufferCount)
            heap.append(
                Run(buffer: try file.read(first), rest: first.upperBound..<range.upperBound))
        }
        for index in heap.indices.reversed() { siftDown(from: index) }
    }

    /// The next record, nil after the last.
    ///
    /// - Throws: ``RefineryError`` where the file cannot be read.
    mutating func next() throws -> Record? {
        guard !heap.isEmpty else { return nil }
        let head = heap[0].head
        heap[0].at += 1
        if heap[0].at == heap[0].buffer.count { try refill() }
        siftDown(from: 0)
        return head
    }

    /// Brings the next part of the first run, or takes the run away where it has ended.
    private mutating func refill() throws {
        if let file, !heap[0].rest.isEmpty {
            let part = heap[0].rest.prefix(bufferCount)
            heap[0] = Run(
                buffer: try file.read(part), rest: part.upperBound..<heap[0].rest.upperBound)
        } else {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Record.ranksBefore(heap[child].head, heap[best].head) {
                best = child
            }
            guard best != parent else { return }
            heap.swapAt(parent, best)
            parent = best
        }
    }
}
