/// The chunk rows of a score file on their way into a store, sorted twice.
///
/// Sorted by the hash of their texts they go through the store's index of texts once, whatever its
/// size, and sorted by chunk once through its table of scores. They lie in files without a name, so
/// that none is taken before the whole score file was read.
final class ImportedRows {
    /// Rows that are sorted in memory.
    private static let sorted = 1 << 16

    private struct Row: BitwiseCopyable {
        var hash: ContentHash
        var line: Int
        var ordinal: Int
        var teacher: Outcome
        var reference: Outcome
    }

    private struct RowByHash: RankedRecord {
        var row: Row

        static func ranksBefore(_ a: RowByHash, _ b: RowByHash) -> Bool {
            a.row.hash < b.row.hash
        }
    }

    private struct RowByChunk: RankedRecord {
        var chunk: Int
        var row: Row

        static func ranksBefore(_ a: RowByChunk, _ b: RowByChunk) -> Bool {
            (a.chunk, a.row.line, a.row.ordinal) < (b.chunk, b.row.line, b.row.ordinal)
        }
    }

    private enum Outcome: BitwiseCopyable {
        case scored(ScoreSums)
        case tooShort
        /// The bytes of the reason, by their places.
        case failed(Int, Int)
    }

    private let folder: String
    private var byHash: SortedRuns<RowByHash>
    private let byChunk: SortedRuns<RowByChunk>
    private let reasons: SpillTable<UInt8>

    /// No row; files are made in `folder`.
    init(folder: String) {
        self.folder = folder
        byHash = SortedRuns(folder: folder, capacity: Self.sorted)
        byChunk = SortedRuns(folder: folder, capacity: Self.sorted)
        reasons = SpillTable(folder: folder)
    }

    /// Takes the next row.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func add(_ chunk: ScoredChunk) throws {
        try byHash.add(
            RowByHash(
                row: Row(
                    hash: chunk.hash, line: chunk.line, ordinal: chunk.ordinal,
                    teacher: outcome(chunk.teacher), reference: outcome(chunk.reference))))
    }

    /// Finds the chunk of every row, once all are there.
    ///
    /// - Parameter find: gives the chunk of a text, asked in the order of the hashes.
    /// - Returns: How many rows have none: ``forEach(_:)`` leaves them out.
    /// - Throws: ``RefineryError`` where the disk fails; what `find` throws.
    func findChunks(_ find: (ContentHash) throws -> Int?) throws -> Int {
        var unknown = 0
        var ranked = try byHash.ranked()
        while let row = try ranked.next()?.row {
            if let chunk = try find(row.hash) {
                try byChunk.add(RowByChunk(chunk: chunk, row: row))
            } else {
                unknown += 1
            }
        }
        byHash = SortedRuns(folder: folder, capacity: Self.sorted)
        return unknown
    }

    /// Hands over the rows by their chunks.
    ///
    /// - Throws: ``RefineryError`` where the disk fails; what `body` throws.
    func forEach(_ body: (ImportedScore) throws -> Void) throws {
        var ranked = try byChunk.ranked()
        while let (chunk, row) = try ranked.next().map({ ($0.chunk, $0.row) }) {
            try body(
                ImportedScore(
                    chunk: chunk, hash: row.hash, line: row.line, ordinal: row.ordinal,
                    teacher: outcome(row.teacher), reference: outcome(row.reference)))
        }
    }

    private func outcome(_ outcome: ChunkScore.Outcome) throws -> Outcome {
        switch outcome {
        case .scored(let sums, _): return .scored(sums)
        case .tooShort: return .tooShort
        case .failed(let reason):
            let start = reasons.count
            for byte in reason.utf8 { try reasons.append(byte) }
            return .failed(start, reasons.count)
        }
    }

    private func outcome(_ outcome: Outcome) throws -> ChunkScore.Outcome {
        switch outcome {
        case .scored(let sums): return .scored(sums)
        case .tooShort: return .tooShort
        case .failed(let start, let end):
            return .failed(String(decoding: try reasons.records(start..<end), as: UTF8.self))
        }
    }
}
