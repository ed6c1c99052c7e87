import Parquet

/// The rows as those of a Parquet file; header and trailer are in its metadata, as their lines.
final class ScoreFileTableOutput: ScoreFileOutput {
    /// Rows of a row group: one is held in memory, and readers with many threads give each some.
    private static let groupRows = 1 << 17

    private let output: OutputWriter
    private let writer: ParquetWriter
    private let corpus: String
    private var header = ""

    /// Begins the file under a temporary name.
    ///
    /// - Parameters:
    ///   - path: where the file will be.
    ///   - corpus: the corpus that rows belong to.
    /// - Throws: ``RefineryError`` where it cannot be written.
    init(path: String, corpus: String) throws {
        let output = try OutputWriter(path: path, compression: Compression.none)
        var options = ParquetWriter.Options()
        options.createdBy = "refinery \(refineryVersion)"
        options.rowGroupRows = Self.groupRows
        writer = try Self.explained(path) {
            try ParquetWriter(columns: ScoreFileColumns.all, options: options) {
                try output.write($0)
            }
        }
        self.output = output
        self.corpus = corpus
    }

    func write(header line: [UInt8]) { header = Self.text(line) }

    func write(_ row: ScoreFileRow, line: [UInt8]) throws {
        try Self.explained(output.path) {
            try writer.set(ScoreFileColumns.corpus, text: corpus)
            switch row {
            case .chunk(let chunk): try write(chunk)
            case .reject(let reject): try write(reject)
            }
            try writer.endRow()
        }
    }

    func finish(trailer line: [UInt8]) throws -> OutputWriter.Result {
        try Self.explained(output.path) {
            _ = try writer.finish(metadata: [
                (ScoreFileColumns.headerKey, header),
                (ScoreFileColumns.trailerKey, Self.text(line)),
            ])
            return try output.finish()
        }
    }

    func discard() { output.discard() }

    private func write(_ chunk: ScoredChunk) throws {
        try writer.set(ScoreFileColumns.row, text: "chunk")
        try set(ScoreFileColumns.id, chunk.document)
        try set(ScoreFileColumns.documentHash, chunk.documentHash)
        if let domain = chunk.domain { try set(ScoreFileColumns.domain, domain) }
        try set(ScoreFileColumns.line, chunk.line)
        try set(ScoreFileColumns.ordinal, chunk.ordinal)
        try set(ScoreFileColumns.start, chunk.range.lowerBound)
        try set(ScoreFileColumns.end, chunk.range.upperBound)
        try set(ScoreFileColumns.hash, chunk.hash)
        try write(chunk.teacher, ScoreFileColumns.teacher)
        try write(chunk.reference, ScoreFileColumns.reference)
    }

    private func write(
        _ outcome: ChunkScore.Outcome, _ columns: ScoreFileColumns.Outcome
    ) throws {
        switch outcome {
        case .tooShort: try writer.set(columns.outcome, text: "too_short")
        case .failed(let reason):
            try writer.set(columns.outcome, text: "failed")
            try writer.set(columns.reason, text: reason)
        case .scored(let sums, _):
            try writer.set(columns.outcome, text: "scored")
            try set(columns.tokens, sums.tokens)
            try set(columns.bytes, sums.bytes)
            try set(columns.nll, sums.nll)
            try set(columns.nllSquared, sums.nllSquared)
            if let top1 = sums.top1 { try set(columns.top1, top1) }
            if let top10 = sums.top10 { try set(columns.top10, top10) }
            if let adapted = sums.nllAdapted { try set(columns.nllAdapted, adapted) }
            if let repetition = sums.repetition { try set(columns.repetition, repetition) }
        }
    }

    private func write(_ reject: Reject) throws {
        try writer.set(ScoreFileColumns.row, text: "reject")
        if let id = reject.id { try set(ScoreFileColumns.id, id) }
        try set(ScoreFileColumns.line, reject.line)
        try writer.set(ScoreFileColumns.reason, text: reject.reason.rawValue)
        try writer.set(ScoreFileColumns.detail, text: reject.detail)
    }

    private func set(_ column: Int, _ text: [UInt8]) throws {
        try text.withUnsafeBytes { try writer.set(column, text: $0) }
    }

    private func set(_ column: Int, _ value: Int) throws {
        try writer.set(column, integer: Int64(value))
    }

    /// Zero has one spelling, whatever its sign.
    private func set(_ column: Int, _ value: Double) throws {
        try writer.set(column, double: value == 0 ? 0 : value)
    }

    private func set(_ column: Int, _ hash: ContentHash) throws {
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * ContentHash.count) {
            hash.write(digits: $0)
            try writer.set(column, text: UnsafeRawBufferPointer($0))
        }
    }

    /// A line without its end.
    private static func text(_ line: [UInt8]) -> String {
        String(decoding: line.dropLast(), as: UTF8.self)
    }

    private static func explained<Value>(
        _ path: String, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let error as ParquetError {
            throw RefineryError(.output, "cannot write \(path): \(error.message)", hint: error.hint)
        }
    }
}
