import Parquet

/// The cells of one row of a score file that is Parquet, read by what they have to be.
///
/// A value that is none, is of no row of its kind or cannot be is an error that names the column.
struct ScoreFileCells {
    private let columns: [ParquetValues]
    private let row: Int
    /// Bytes that the row's texts may still have.
    private var bytesLeft = ScoreFileWriter.longestLine

    /// The cells of a row of a batch that has every column of ``ScoreFileColumns``.
    init(_ batch: ParquetBatch, row: Int) {
        columns = batch.columns
        self.row = row
    }

    /// Reads the row.
    ///
    /// - Parameter corpus: the corpus's name, as the header has it.
    /// - Returns: The row, whose numbers are not compared with each other.
    /// - Throws: ``RefineryError`` for what is no row.
    mutating func read(corpus: [UInt8]) throws -> ScoreFileRow {
        guard columns[ScoreFileColumns.corpus].withBytes(row, { $0.elementsEqual(corpus) }) else {
            throw ScoreFileCheck.wrong("the row is of another corpus than the header")
        }
        switch try word(ScoreFileColumns.row) {
        case "chunk": return .chunk(try chunk())
        case "reject": return .reject(try reject())
        case let other:
            throw wrong(ScoreFileColumns.row, "\"\(other)\" is no chunk and no reject")
        }
    }

    private mutating func chunk() throws -> ScoredChunk {
        try checkNone(ScoreFileColumns.ofRejects, of: "a chunk")
        let start = try integer(ScoreFileColumns.start)
        let end = try integer(ScoreFileColumns.end)
        guard start < end else {
            throw ScoreFileCheck.wrong("the chunk begins at \(start) and ends at \(end)")
        }
        return ScoredChunk(
            document: try text(ScoreFileColumns.id),
            documentHash: try hash(ScoreFileColumns.documentHash),
            domain: try optional(ScoreFileColumns.domain) { try $0.text($1) },
            line: try integer(ScoreFileColumns.line),
            ordinal: try integer(ScoreFileColumns.ordinal), range: start..<end,
            hash: try hash(ScoreFileColumns.hash), teacher: try outcome(ScoreFileColumns.teacher),
            reference: try outcome(ScoreFileColumns.reference))
    }

    private mutating func outcome(
        _ columns: ScoreFileColumns.Outcome
    ) throws -> ChunkScore.Outcome {
        switch try word(columns.outcome) {
        case "scored":
            try checkNone([columns.reason...columns.reason], of: "a score")
            return .scored(
                ScoreSums(
                    tokens: try integer(columns.tokens), bytes: try integer(columns.bytes),
                    nll: try number(columns.nll), nllSquared: try number(columns.nllSquared),
                    top1: try optional(columns.top1) { try $0.integer($1) },
                    top10: try optional(columns.top10) { try $0.integer($1) },
                    nllAdapted: try optional(columns.nllAdapted) { try $0.number($1) },
                    repetition: try optional(columns.repetition) { try $0.number($1) }))
        case "too_short":
            try checkNone([columns.reason...columns.repetition], of: "what is too short")
            return .tooShort
        case "failed":
            try checkNone([columns.tokens...columns.repetition], of: "a failure")
            return .failed(try string(columns.reason))
        case let other: throw wrong(columns.outcome, "\"\(other)\" is no outcome")
        }
    }

    private mutating func reject() throws -> Reject {
        try checkNone(ScoreFileColumns.ofChunks, of: "a reject")
        let word = try word(ScoreFileColumns.reason)
        guard let reason = RejectReason(rawValue: word) else {
            throw ScoreFileCheck.wrong("no reason is called \(word)")
        }
        return Reject(
            line: try integer(ScoreFileColumns.line),
            id: try optional(ScoreFileColumns.id) { try $0.text($1) }, reason: reason,
            detail: try string(ScoreFileColumns.detail))
    }

    /// A value, or nil where there is none.
    private mutating func optional<Value>(
        _ column: Int, _ value: (inout ScoreFileCells, Int) throws -> Value
    ) rethrows -> Value? {
        columns[column].isNull(row) ? nil : try value(&self, column)
    }

    private func checkSome(_ column: Int) throws {
        if columns[column].isNull(row) { throw wrong(column, "it has no value") }
    }

    private func checkNone(_ ranges: [ClosedRange<Int>], of what: String) throws {
        for range in ranges {
            for column in range where !columns[column].isNull(row) {
                throw wrong(column, "it has a value, and the row is \(what)")
            }
        }
    }

    /// Valid UTF-8.
    private mutating func text(_ column: Int) throws -> [UInt8] {
        try checkSome(column)
        let count = columns[column].withBytes(row) { $0.count }
        guard count <= bytesLeft else { throw ScoreFileCheck.tooLong }
        bytesLeft -= count
        let bytes = columns[column].bytes(row)
        if let offset = bytes.withUnsafeBytes({ TextValidation.invalidOffset($0) }) {
            throw wrong(column, "not UTF-8 at byte \(offset + 1)")
        }
        return bytes
    }

    private mutating func string(_ column: Int) throws -> String {
        String(decoding: try text(column), as: UTF8.self)
    }

    /// A word of the form, which is short.
    private func word(_ column: Int) throws -> String {
        try checkSome(column)
        return columns[column].withBytes(row) { bytes in
            String(decoding: bytes.prefix(40), as: UTF8.self)
        }
    }

    private func hash(_ column: Int) throws -> ContentHash {
        try checkSome(column)
        guard let hash = columns[column].withBytes(row, { ContentHash(digits: $0) }) else {
            throw wrong(column, "it is not 64 lower-case hexadecimal digits")
        }
        return hash
    }

    /// A whole number of at most 18 digits, as lines have them.
    private func integer(_ column: Int) throws -> Int {
        try checkSome(column)
        let value = columns[column].integer(row)
        guard (0..<1_000_000_000_000_000_000).contains(value) else {
            throw wrong(column, "it is \(value), expected a whole number from 0, below 10^18")
        }
        return Int(value)
    }

    /// A finite number from 0; -0.0 would be a second spelling of it.
    private func number(_ column: Int) throws -> Double {
        try checkSome(column)
        let value = columns[column].double(row)
        guard value.isFinite, value.sign == .plus else {
            throw wrong(column, "it is \(value), expected a finite number from 0")
        }
        return value
    }

    private func wrong(_ column: Int, _ what: String) -> RefineryError {
        ScoreFileCheck.wrong("column \(ScoreFileColumns.all[column].name): \(what)")
    }
}
