/// The chunk rows of a score file on their way into a store, sorted by the hash of their texts.
///
/// Sorted they go through a store's index once, whatever its size. They lie in files without a name,
/// so that none is taken before the whole score file was read.
final class ImportedRows {
    /// Rows that are sorted in memory.
    private static let sorted = 1 << 16

    private struct Row: RankedRecord {
        var hash: ContentHash
        var line: Int
        var ordinal: Int
        var teacher: Outcome
        var reference: Outcome

        static func ranksBefore(_ a: Row, _ b: Row) -> Bool {
            a.hash != b.hash ? a.hash < b.hash : (a.line, a.ordinal) < (b.line, b.ordinal)
        }
    }

    private enum Outcome: BitwiseCopyable {
        case scored(ScoreSums)
        case tooShort
        /// The bytes of the reason, by their places.
        case failed(Int, Int)
    }

    private let rows: SortedRuns<Row>
    private let reasons: SpillTable<UInt8>

    /// No row; files are made in `folder`.
    init(folder: String) {
        rows = SortedRuns(folder: folder, capacity: Self.sorted)
        reasons = SpillTable(folder: folder)
    }

    /// Takes the next row.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func add(_ chunk: ScoredChunk) throws {
        try rows.add(
            Row(
                hash: chunk.hash, line: chunk.line, ordinal: chunk.ordinal,
                teacher: outcome(chunk.teacher), reference: outcome(chunk.reference)))
    }

    /// Hands over the rows by the hash of their texts.
    ///
    /// - Throws: ``RefineryError`` where the disk fails; what `body` throws.
    func forEach(_ body: (ImportedScore) throws -> Void) throws {
        var ranked = try rows.ranked()
        while let row = try ranked.next() {
            try body(
                ImportedScore(
                    hash: row.hash, line: row.line, ordinal: row.ordinal,
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
