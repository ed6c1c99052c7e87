/// Candidates to be ranked, in bounded memory however many there are.
///
/// An external merge sort: what is added gathers in a buffer; a full buffer is sorted and written
/// to a file as a run, and ``ranked()`` merges the runs while it is read. Few candidates never
/// touch the disk. Memory: 48 bytes a candidate of the buffer, half as much again while it is
/// sorted.
final class CandidateRuns {
    /// Candidates added so far.
    private(set) var count = 0

    private let folder: String
    private let capacity: Int
    private var buffer: [Candidate] = []
    private var file: SpillFile<Candidate>?
    private var runs: [Range<Int>] = []
    private var isComplete = false

    /// Runs of up to `capacity` candidates, in a file in `folder` if there are several.
    init(folder: String, capacity: Int = 1 << 19) {
        precondition(capacity > 0)
        self.folder = folder
        self.capacity = capacity
    }

    /// Adds one candidate.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func add(_ candidate: Candidate) throws {
        precondition(!isComplete, "candidates are added before they are ranked")
        if buffer.count == capacity { try spill() }
        buffer.append(candidate)
        count += 1
    }

    /// The candidates, best first, as often as they are asked for.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func ranked() throws -> RankedCandidates {
        if !isComplete {
            isComplete = true
            if file == nil {
                buffer.sort(by: Candidate.ranksBefore)
            } else {
                try spill()
                buffer = []
            }
        }
        guard let file else { return RankedCandidates(sorted: buffer) }
        return try RankedCandidates(merging: runs, of: file)
    }

    /// Hands over every candidate, in whatever order is quickest.
    ///
    /// - Throws: ``RefineryError`` where the file cannot be read; what `body` throws.
    func forEach(_ body: (Candidate) throws -> Void) throws {
        for run in runs {
            guard let file else { break }
            var rest = run
            while !rest.isEmpty {
                let part = rest.prefix(1 << 16)
                for candidate in try file.read(part) { try body(candidate) }
                rest = part.upperBound..<rest.upperBound
            }
        }
        for candidate in buffer { try body(candidate) }
    }

    private func spill() throws {
        buffer.sort(by: Candidate.ranksBefore)
        let file = try self.file ?? SpillFile(folder: folder)
        self.file = file
        let start = runs.last?.upperBound ?? 0
        try file.write(buffer, at: start)
        runs.append(start..<start + buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
