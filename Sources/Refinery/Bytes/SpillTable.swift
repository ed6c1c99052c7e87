/// Records in the order in which they were added, to be read as often as wanted, in bounded memory.
///
/// Few stay in memory; of many, a buffer goes to a file whenever it is full.
final class SpillTable<Record: BitwiseCopyable> {
    /// Records added so far.
    private(set) var count = 0

    private let folder: String
    private let capacity: Int
    /// Bytes that are kept of a record; the others are those of ``template``.
    private let width: Int
    private let template: Record?
    private var buffer: [UInt8] = []
    private var file: SpillFile<UInt8>?

    /// An empty table that writes to a file in `folder` from `capacity` records on.
    convenience init(folder: String, capacity: Int = 1 << 16) {
        self.init(
            folder: folder, capacity: capacity, width: MemoryLayout<Record>.size, template: nil)
    }

    /// An empty table of records whose bytes from `width` on all equal the template's.
    convenience init(
        folder: String, capacity: Int = 1 << 16, first width: Int, then template: Record
    ) {
        self.init(folder: folder, capacity: capacity, width: width, template: template)
    }

    private init(folder: String, capacity: Int, width: Int, template: Record?) {
        precondition(capacity > 0 && width > 0 && width <= MemoryLayout<Record>.size)
        self.folder = folder
        self.capacity = capacity
        self.width = width
        self.template = template
    }

    /// Adds one record.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func append(_ record: Record) throws {
        if buffer.count == capacity * width {
            let file = try self.file ?? SpillFile<UInt8>(folder: folder)
            self.file = file
            try file.write(buffer, at: count * width - buffer.count)
            buffer.removeAll(keepingCapacity: true)
        }
        withUnsafeBytes(of: record) { buffer.append(contentsOf: $0.prefix(width)) }
        count += 1
    }

    /// Hands over every record with its place from 0.
    ///
    /// - Throws: ``RefineryError`` where the disk fails; what `body` throws.
    func forEach(_ body: (Int, Record) throws -> Void) throws {
        var place = 0
        let written = count - buffer.count / width
        while place < written, let file {
            let places = place..<min(written, place + capacity)
            try forEach(
                in: file.read(places.lowerBound * width..<places.upperBound * width), &place, body)
        }
        try forEach(in: buffer, &place, body)
    }

    /// The records at these places, all of which were added.
    ///
    /// - Throws: ``RefineryError`` where the disk fails.
    func records(_ places: Range<Int>) throws -> [Record] {
        precondition(places.lowerBound >= 0 && places.upperBound <= count)
        let written = count - buffer.count / width
        var found: [Record] = []
        found.reserveCapacity(places.count)
        var place = 0
        let inFile = places.clamped(to: 0..<written)
        if !inFile.isEmpty, let file {
            let bytes = try file.read(inFile.lowerBound * width..<inFile.upperBound * width)
            forEach(in: bytes, &place) { found.append($1) }
        }
        let inMemory = places.clamped(to: written..<count)
        if !inMemory.isEmpty {
            let bytes =
                (inMemory.lowerBound - written) * width..<(inMemory.upperBound - written) * width
            forEach(in: Array(buffer[bytes]), &place) { found.append($1) }
        }
        return found
    }

    private func forEach(
        in bytes: [UInt8], _ place: inout Int, _ body: (Int, Record) throws -> Void
    ) rethrows {
        // SAFETY: `bytes` holds whole records of `width` bytes, which `append` took from records;
        // without a template `width` is the whole record.
        try bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: width) {
                let kept = UnsafeRawBufferPointer(rebasing: bytes[start..<start + width])
                guard var record = template else {
                    try body(place, kept.loadUnaligned(as: Record.self))
                    place += 1
                    continue
                }
                withUnsafeMutableBytes(of: &record) { $0.copyMemory(from: kept) }
                try body(place, record)
                place += 1
            }
        }
    }
}
