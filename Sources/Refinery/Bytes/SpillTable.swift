/// Records in the order in which they were added, to be read as often as wanted, in bounded memory.
///
/// Few stay in memory; of many, a buffer goes to a file whenever it is full.
final class SpillTable<Record: BitwiseCopyable> {
    /// Records added so far.
    private(set) var count = 0

    private let folder: String
    private let capacity: Int
    private var buffer: [Record] = []
    private var file: SpillFile<Record>?

    /// An empty table that writes to a file in `folder` from `capacity` records on.
    init(folder: String, capacity: Int = 1 << 16) {
        precondition(capacity > 0)
        self.folder = folder
        self.capacity = capacity
    }

    /// Adds one record.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func append(_ record: Record) throws {
        if buffer.count == capacity {
            let file = try self.file ?? SpillFile<Record>(folder: folder)
            self.file = file
            try file.write(buffer, at: count - buffer.count)
            buffer.removeAll(keepingCapacity: true)
        }
        buffer.append(record)
        count += 1
    }

    /// Hands over every record with its place from 0.
    ///
    /// - Throws: ``RefineryError`` where the disk fails; what `body` throws.
    func forEach(_ body: (Int, Record) throws -> Void) throws {
        var place = 0
        let written = count - buffer.count
        while place < written, let file {
            for record in try file.read(place..<min(written, place + capacity)) {
                try body(place, record)
                place += 1
            }
        }
        for record in buffer {
            try body(place, record)
            place += 1
        }
    }
}
