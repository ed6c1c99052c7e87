import Crypto

/// A file of values on its way into an imported column, as a job that succeeds or fails.
///
/// Fed by one caller at a time; its calls write to the store and block. Values go in by
/// transactions of some thousand lines. What breaks off leaves the column unfinished; the same file,
/// read in the same way, goes on behind the lines that are in, and no other file may.
public struct ColumnImportJob {
    /// What is imported, and how it is read.
    public struct Order: Sendable {
        /// The column's name.
        public var column: String
        /// The corpus that the ids are of.
        public var corpus: String
        /// The file as it is displayed.
        public var file: String
        /// What the store is told of it.
        var target: ColumnFile {
            ColumnFile(column: column, corpus: corpus, file: file, replace: replace)
        }
        /// How it is compressed.
        public var compression = Compression.none
        /// The fields of a line.
        public var idField = "id"
        /// The field that counts the document's chunks, from 0.
        public var chunkField = "chunk"
        /// Whether the user named that field, so that a file without it is worth a word.
        public var namesChunkField = false
        /// The field with the value.
        public var valueField = "value"
        /// Whether a value takes the place of another one.
        public var replace = false
        /// The largest window of a zstd frame, in bytes.
        public var maxWindowBytes = Decompressor.largestWindow

        /// The order of a plain file.
        public init(column: String, corpus: String, file: String) {
            self.column = column
            self.corpus = corpus
            self.file = file
        }
    }

    /// Lines that are written together at most, and their bytes, but for the last of them.
    private static let (most, mostBytes) = (4096, 16 << 20)
    /// Rows that are written together, more or less: of documents a line may write many.
    private static let mostRows: Int64 = 1 << 16

    /// The job's number.
    public let id: Int64
    /// What became of the file so far.
    public private(set) var summary: ColumnImportSummary

    /// Takes memory for a line of so many bytes; what it returns is kept until the line is read.
    ///
    /// Called on the way into a line of more than ``LineSplitter/longLine`` bytes; it may block.
    public var admit: (@Sendable (Int) -> any Sendable)?

    private var share: (any Sendable)?
    private let store: Store
    private let order: Order
    private let parser: ColumnParser
    /// Held until the job has ended.
    private var claim: NameClaims.Claim?
    /// What an import that broke off has brought.
    private let resumed: ColumnProgress
    private let decompressor: Decompressor
    private var splitter = LineSplitter()
    private var digest: ColumnProgress.Digest
    private var hash = SHA256()
    private var lines: [ColumnLine] = []
    private var rejects: [Reject] = []
    private var bytes = 0
    private var batch = most
    private var hasChunk = false

    /// Begins a job.
    ///
    /// - Throws: ``RefineryError`` where the column cannot have that name, another job imports it, or
    ///   there is no such corpus.
    public init(store: Store, _ order: Order) throws {
        parser = ColumnParser(
            ColumnParser.Fields(
                id: order.idField, chunk: order.chunkField, value: order.valueField))
        decompressor = try Decompressor(order.compression, maxWindow: order.maxWindowBytes)
        self.store = store
        self.order = order
        digest = ColumnProgress.Digest(order)
        (claim, id, resumed) = try store.beginColumn(order.target)
        summary = ColumnImportSummary(job: id, order, resumed: resumed.lines)
    }

    /// Takes the file's next bytes; an error has ended the job when it is thrown.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bufferPointer: bytes)
        try advance { job throws in
            let decompressor = job.decompressor
            decompressor.ask(job.admit, line: job.splitter.maxLineBytes)
            try decompressor.feed(bytes) { plain in
                // Moved out and back, as `add` changes the rest of the job meanwhile.
                var moved = LineSplitter()
                swap(&moved, &job.splitter)
                defer { swap(&moved, &job.splitter) }
                try moved.feed(plain) { try job.add($0, $1) }
                if moved.present <= LineSplitter.longLine {
                    job.share = nil
                } else if job.share == nil, !decompressor.hasLargeWindow {
                    job.share = job.admit?(moved.maxLineBytes)
                }
            }
        }
    }

    /// Ends the file, and the job with it.
    public mutating func finish() throws -> ColumnImportSummary {
        try advance { job throws in
            try job.decompressor.finish()
            var splitter = job.splitter
            try splitter.finish { try job.add($0, $1) }
            guard job.summary.lines >= job.resumed.lines else { throw job.isAnotherFile }
            try job.flush()
            if job.order.namesChunkField, !job.hasChunk, job.summary.lines > job.resumed.lines {
                job.summary.missingFields = ["chunk_field": job.order.chunkField]
            }
            job.summary.sha256 = Hex.string(job.hash.finalize())
            job.summary.kind = try job.store.finishColumn(
                job.order.target, job: job.id, sha256: job.summary.sha256,
                hasValues: job.summary.added + job.summary.unchanged + job.summary.replaced
                    + job.summary.resumed > 0)
        }
        claim = nil
        return summary
    }

    /// Ends the job because the rest of the file will not come; values that are written stay.
    @discardableResult
    public mutating func fail(
        _ reason: String, state: JobState = .failed
    ) throws -> RefineryError {
        try fail(reason, state: state, hint: "import it again: it goes on from there")
    }

    private mutating func fail(
        _ reason: String, state: JobState = .failed, hint: String
    ) throws -> RefineryError {
        defer { claim = nil }
        try flush()
        let error = "incomplete after line \(summary.lines): \(reason)"
        try store.finishJob(id, state: state, error: error)
        return RefineryError(
            .input,
            "\(order.file): \(error)", hint: hint)
    }

    private mutating func advance(_ body: (inout ColumnImportJob) throws -> Void) throws {
        do {
            try body(&self)
        } catch let error as RefineryError where error.kind == .input {
            // The same bytes would end in the same way.
            throw try fail(
                error.message,
                hint: error.hint
                    ?? "what was complete is kept; mend the file, then import it again")
        } catch {
            // The store itself failed: it may well refuse this, too.
            try? store.finishJob(id, state: .failed, error: "\(error)")
            claim = nil
            throw error
        }
    }

    private var isAnotherFile: RefineryError {
        RefineryError(
            .refused,
            "\(order.file) is not the file whose import into column \(order.column) broke off: "
                + "its first \(resumed.lines) lines, or how they are read, differ",
            hint: "import that file in the same way, or: refinectl columns delete \(order.column)")
    }

    private mutating func add(_ number: Int, _ line: LineSplitter.Line) throws {
        summary.lines = Int64(number)
        digest.add(line)
        if number <= resumed.lines {
            guard number < resumed.lines || digest.value == resumed.digest else {
                throw isAnotherFile
            }
            return
        }
        switch line {
        case .tooLong(let length):
            rejects.append(
                Reject(
                    line: number, reason: .lineTooLong,
                    detail: "the line has \(length) bytes, the limit is \(splitter.maxLineBytes)"))
        case .bytes(let bytes):
            self.bytes += bytes.count
            switch parser.parse(bytes, line: number, &hasChunk) {
            case .blank: return
            case .value(let line): lines.append(line)
            case .reject(let reject): rejects.append(reject)
            }
        }
        let count = lines.count + rejects.count
        if count >= batch || bytes >= Self.mostBytes { try flush() }
    }

    private mutating func flush() throws {
        guard summary.lines > resumed.lines else { return }
        let counts = try store.addValues(
            lines, rejects, order.target, job: id,
            ColumnProgress(lines: Int(summary.lines), digest: digest.value))
        let rows = counts.added + counts.unchanged + counts.replaced
        if rows > 0 {
            let lines = Self.mostRows * Int64(lines.count) / rows
            batch = Int(max(64, min(Int64(Self.most), lines)))
        }
        bytes = 0
        summary.added += counts.added
        summary.unchanged += counts.unchanged
        summary.replaced += counts.replaced
        summary.rejected += counts.rejected
        lines.removeAll(keepingCapacity: true)
        rejects.removeAll(keepingCapacity: true)
    }
}
