import Crypto

/// A file of values on its way into an imported column, as a job that succeeds or fails.
///
/// Fed by one caller at a time; its calls write to the store and block. Values go in by
/// transactions of some thousand lines: what breaks off is imported again and goes on from there.
public struct ColumnImportJob {
    /// What is imported, and how it is read.
    public struct Order: Sendable {
        /// The column's name.
        public var column: String
        /// The corpus that the ids are of.
        public var corpus: String
        /// The file as it is displayed.
        public var file: String
        /// How it is compressed.
        public var compression = Compression.none
        /// The fields of a line.
        public var idField = "id"
        /// The field that counts the document's chunks, from 0.
        public var chunkField = "chunk"
        /// The field with the value.
        public var valueField = "value"
        /// Whether a value takes the place of another one.
        public var replace = false

        /// The order of a plain file.
        public init(column: String, corpus: String, file: String) {
            self.column = column
            self.corpus = corpus
            self.file = file
        }
    }

    /// Lines that are written together.
    private static let batch = 4096
    private static let longestLine = 1 << 20

    /// The job's number.
    public let id: Int64
    /// What became of the file so far.
    public private(set) var summary: ColumnImportSummary

    private let store: Store
    private let order: Order
    private let parser: ColumnParser
    private let decompressor: Decompressor
    private var splitter = LineSplitter(maxLineBytes: longestLine)
    private var hash = SHA256()
    private var lines: [ColumnLine] = []
    private var rejects: [Reject] = []

    /// Begins a job.
    ///
    /// - Throws: ``StoreError`` where the column cannot have that name, another job imports it, or
    ///   there is no such corpus.
    public init(store: Store, _ order: Order) throws {
        parser = ColumnParser(
            ColumnParser.Fields(
                id: order.idField, chunk: order.chunkField, value: order.valueField))
        decompressor = try Decompressor(order.compression)
        self.store = store
        self.order = order
        id = try store.beginColumn(order)
        summary = ColumnImportSummary(job: id, order)
    }

    /// Takes the file's next bytes; an error has ended the job when it is thrown.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bufferPointer: bytes)
        try advance { job throws in
            let decompressor = job.decompressor
            try decompressor.feed(bytes) { plain in
                // Moved out and back, as `add` changes the rest of the job meanwhile.
                var moved = LineSplitter(maxLineBytes: Self.longestLine)
                swap(&moved, &job.splitter)
                defer { swap(&moved, &job.splitter) }
                try moved.feed(plain) { try job.add($0, $1) }
            }
        }
    }

    /// Ends the file, and the job with it.
    public mutating func finish() throws -> ColumnImportSummary {
        try advance { job throws in
            try job.decompressor.finish()
            var splitter = job.splitter
            try splitter.finish { try job.add($0, $1) }
            try job.flush()
        }
        summary.sha256 = Hex.string(hash.finalize())
        summary.kind = try store.finishColumn(order, sha256: summary.sha256, job: id)
        return summary
    }

    /// Ends the job because the rest of the file will not come; values that are written stay.
    @discardableResult
    public mutating func fail(_ reason: String, state: JobState = .failed) throws -> ImportError {
        let error = "incomplete after line \(summary.lines): \(reason)"
        try store.finishJob(id, state: state, error: error)
        return ImportError(
            "\(order.file): \(error)", hint: "import it again: it goes on from there")
    }

    private mutating func advance(_ body: (inout ColumnImportJob) throws -> Void) throws {
        do {
            try body(&self)
        } catch let error as ImportError {
            throw try fail(error.message)
        } catch {
            // The store itself failed: it may well refuse this, too.
            try? store.finishJob(id, state: .failed, error: "\(error)")
            throw error
        }
    }

    private mutating func add(_ number: Int, _ line: LineSplitter.Line) throws {
        summary.lines = Int64(number)
        switch line {
        case .tooLong(let length):
            rejects.append(
                Reject(
                    line: number, reason: .lineTooLong,
                    detail: "the line has \(length) bytes, the limit is \(Self.longestLine)"))
        case .bytes(let bytes):
            switch parser.parse(bytes, line: number) {
            case .blank: return
            case .value(let line): lines.append(line)
            case .reject(let reject): rejects.append(reject)
            }
        }
        if lines.count + rejects.count >= Self.batch { try flush() }
    }

    private mutating func flush() throws {
        let counts = try store.addValues(
            lines, rejects, order, job: id, line: Int(summary.lines))
        summary.added += counts.added
        summary.unchanged += counts.unchanged
        summary.replaced += counts.replaced
        summary.rejected += counts.rejected
        lines.removeAll(keepingCapacity: true)
        rejects.removeAll(keepingCapacity: true)
    }
}
