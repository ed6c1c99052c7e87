/// The band hashes of many documents in a file without a name, read back a band at a time in
/// order of hash.
///
/// Blocks of 4,096 documents: their numbers, then each band's hashes, so that a band is read in
/// pieces of 32 kB.
struct BandFile {
    /// A document's hash in one band.
    struct Entry {
        var hash: UInt64
        var document: Int32
    }

    private static let blockLength = 4096
    /// Numbers a block: the documents' and every band's.
    private static let blockNumbers = blockLength * (1 + MinHash.bands)
    /// Entries that are sorted at once.
    private let capacity: Int
    private let file: SpillFile<UInt64>
    private var blocks = 0
    private var count = 0
    private var documents: [UInt64] = []
    private var columns = [[UInt64]](repeating: [], count: MinHash.bands)

    /// A new file in `folder`; `capacity` entries are sorted at once.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(folder: String, capacity: Int = 1 << 23) throws {
        self.capacity = capacity
        file = try SpillFile(folder: folder)
    }

    /// Adds a document's ``MinHash/bands`` hashes.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    mutating func append(document: Int32, bands: [UInt64]) throws {
        documents.append(UInt64(document))
        for (band, hash) in bands.enumerated() { columns[band].append(hash) }
        count += 1
        if documents.count == Self.blockLength { try flush() }
    }

    /// Calls `body` with every two or more entries that share their hash in `band`, each bucket's
    /// documents ascending.
    ///
    /// - Throws: what `body` throws, and ``RefineryError`` where the disk fails.
    func forEachBucket(of band: Int, _ body: (ArraySlice<Entry>) throws -> Void) throws {
        let passes = max(1, (count + capacity - 1) / capacity)
        for pass in 0..<passes {
            var entries = try entries(of: band) { passes == 1 || Int($0 % UInt64(passes)) == pass }
            entries.sort { ($0.hash, $0.document) < ($1.hash, $1.document) }
            var start = 0
            for end in 1...max(1, entries.count)
            where end >= entries.count || entries[end].hash != entries[start].hash {
                if end - start > 1 { try body(entries[start..<end]) }
                start = end
            }
        }
    }

    private func entries(of band: Int, where isWanted: (UInt64) -> Bool) throws -> [Entry] {
        var entries: [Entry] = []
        func add(_ numbers: [UInt64], _ hashes: [UInt64]) {
            for (number, hash) in zip(numbers, hashes) where isWanted(hash) {
                entries.append(Entry(hash: hash, document: Int32(number)))
            }
        }
        for block in 0..<blocks {
            add(try column(0, of: block), try column(1 + band, of: block))
        }
        add(documents, columns[band])
        return entries
    }

    /// The documents' numbers of a block, column 0, or a band's hashes.
    private func column(_ column: Int, of block: Int) throws -> [UInt64] {
        let first = block * Self.blockNumbers + column * Self.blockLength
        return try file.read(first..<first + Self.blockLength)
    }

    private mutating func flush() throws {
        for (column, numbers) in ([documents] + columns).enumerated() {
            try file.write(
                numbers, at: blocks * Self.blockNumbers + column * Self.blockLength)
        }
        blocks += 1
        documents.removeAll(keepingCapacity: true)
        for band in columns.indices { columns[band].removeAll(keepingCapacity: true) }
    }
}
