/// A record that has its place in an order of its kind.
protocol RankedRecord: BitwiseCopyable {
    /// Whether one comes before another.
    static func ranksBefore(_ a: Self, _ b: Self) -> Bool
}

/// Records to be ranked, in bounded memory however many there are.
///
/// An external merge sort: what is added gathers in a buffer; a full buffer is sorted and written
/// to a file as a run, and ``ranked()`` merges the runs while it is read. Few records never touch
/// the disk. Memory: the buffer, half as much again while it is sorted.
final class SortedRuns<Record: RankedRecord> {
    /// Records added so far.
    private(set) var count = 0

    private let folder: String
    private let capacity: Int
    private var buffer: [Record] = []
    private var file: SpillFile<Record>?
    private var runs: [Range<Int>] = []
    private var isComplete = false

    /// Runs of up to `capacity` candidates, in a file in `folder` if there are several.
    init(folder: String, capacity: Int = 1 << 19) {
        precondition(capacity > 0)
        self.folder = folder
        self.capacity = capacity
    }

    /// Adds one record.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func add(_ record: Record) throws {
        precondition(!isComplete, "records are added before they are ranked")
        if buffer.count == capacity { try spill() }
        buffer.append(record)
        count += 1
    }

    /// The records in their order, as often as they are asked for.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func ranked() throws -> MergedRuns<Record> {
        if !isComplete {
            isComplete = true
            if file == nil {
                buffer.sort(by: Record.ranksBefore)
            } else {
                try spill()
                buffer = []
            }
        }
        guard let file else { return MergedRuns(sorted: buffer) }
        return try MergedRuns(merging: runs, of: file)
    }

    /// Hands over every record, in whatever order is quickest.
    ///
    /// - Throws: ``RefineryError`` where the file cannot be read; what `body` throws.
    func forEach(_ body: (Record) throws -> Void) throws {
        for run in runs {
            guard let file else { break }
            var rest = run
            while !rest.isEmpty {
                let part = rest.prefix(1 << 16)
                for record in try file.read(part) { try body(record) }
                rest = part.upperBound..<rest.upperBound
            }
        }
        for record in buffer { try body(record) }
    }

    private func spill() throws {
        guard !buffer.isEmpty else { return }
        buffer.sort(by: Record.ranksBefore)
        try write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ run: [Record]) throws {
        let file = try self.file ?? SpillFile(folder: folder)
        self.file = file
        let start = runs.last?.upperBound ?? 0
        try file.write(run, at: start)
        runs.append(start..<start + run.count)
    }
}
