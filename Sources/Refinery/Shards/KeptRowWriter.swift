/// Writes what is kept as a file a shard.
struct KeptRowWriter {
    /// A file that was written.
    struct File {
        /// Its name.
        var name: String
        /// Its rows.
        var count: Int
        /// SHA-256 of it, in hexadecimal.
        var sha256: String
    }

    /// What was written.
    struct Written {
        /// A file for each shard.
        var files: [File]
        /// The last row in rank; nil where there is none.
        var last: ShardCuts.Last?
    }

    /// A row that is kept, on its way into the order of places.
    private struct Place: RankedRecord {
        var id: Int64
        var rank: Int
        var score: Double

        static func ranksBefore(_ a: Place, _ b: Place) -> Bool { a.id < b.id }
    }

    private let cuts: CutsFolder
    private let shards: Int
    private let folder: String

    /// A writer into a folder of cuts of so many shards, that sorts in `folder`.
    init(_ cuts: CutsFolder, shards: Int, folder: String) {
        self.cuts = cuts
        self.shards = shards
        self.folder = folder
    }

    /// Writes the files.
    ///
    /// - Parameters:
    ///   - kept: what is kept, in rank.
    ///   - items: everything scored, in the order of places.
    ///   - isCancelled: asked for each row that is kept.
    /// - Returns: What was written.
    /// - Throws: ``RefineryError`` where a file cannot be written; ``JobCancelled``.
    func write(
        _ kept: SpillTable<Ranking.Kept>, of items: SpillTable<ScoredItem>,
        isCancelled: () -> Bool
    ) throws -> Written {
        var written = Written(files: [])
        let places = SortedRuns<Place>(folder: folder)
        try kept.forEach { number, row in
            if isCancelled() { throw JobCancelled("interrupted") }
            try places.add(Place(id: row.chunk, rank: number + 1, score: row.score))
            guard number + 1 == kept.count else { return }
            let place = ShardPlace(id: row.chunk)
            written.last = ShardCuts.Last(
                score: row.score, shard: Int(place.shard), row: Int(place.number))
        }
        var sorted = try places.ranked()
        var next = try sorted.next()
        var output = try cuts.file(Self.name(of: 0))
        var (count, bytes) = (0, [UInt8]())
        /// Ends every file before that of a shard, those without a row too.
        func goOn(to shard: Int) throws {
            while written.files.count < shard {
                let name = Self.name(of: written.files.count)
                written.files.append(
                    File(name: name, count: count, sha256: try output.finish().sha256))
                count = 0
                guard written.files.count < shards else { return }
                output = try cuts.file(Self.name(of: written.files.count))
            }
        }
        try items.forEach { _, item in
            guard let place = next, place.id == item.chunk else { return }
            let row = ShardPlace(id: item.chunk)
            try goOn(to: Int(row.shard))
            bytes.removeAll(keepingCapacity: true)
            KeptRow(
                row: row.number, tokens: UInt32(item.tokens), rank: UInt64(place.rank),
                score: place.score, teacherNLL: item.teacherNLL, referenceNLL: item.referenceNLL
            ).write(to: &bytes)
            try output.write(bytes)
            count += 1
            next = try sorted.next()
        }
        try goOn(to: shards)
        return written
    }

    private static func name(of shard: Int) -> String {
        let digits = String(shard)
        return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + ".kept"
    }
}
