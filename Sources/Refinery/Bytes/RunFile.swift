import Synchronization

/// Sorted runs of several threads in one file, to be merged once all are there.
final class RunFile<Record: RankedRecord>: Sendable {
    private struct State {
        var end = 0
        var runs: [Range<Int>] = []
    }

    private let file: SpillFile<Record>
    private let state = Mutex(State())

    /// No run, in a new file in `folder`.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(folder: String) throws {
        file = try SpillFile(folder: folder)
    }

    /// Sorts records and writes them as a run, on the caller's thread.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func add(_ records: inout [Record]) throws {
        guard !records.isEmpty else { return }
        records.sort(by: Record.ranksBefore)
        let count = records.count
        let places = state.withLock { state in
            let places = state.end..<state.end + count
            state.end = places.upperBound
            return places
        }
        try file.write(records, at: places.lowerBound)
        state.withLock { $0.runs.append(places) }
        records.removeAll(keepingCapacity: true)
    }

    /// The records of all runs in their order; no thread adds any more.
    ///
    /// - Throws: ``RefineryError`` where the file cannot be read.
    func merged() throws -> MergedRuns<Record> {
        try MergedRuns(merging: state.withLock { $0.runs }, of: file)
    }
}
