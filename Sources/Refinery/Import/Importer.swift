/// Turns the bytes of one corpus file into batches of documents, in bounded memory.
///
/// Bytes are fed in pieces of any size as they arrive; documents and rejects are handed to `sink`
/// in the file's order. What was handed over before an error stays handed over.
public struct Importer {
    /// What a file holds.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// A document a line.
        case jsonl
        /// One document.
        case text
    }

    /// How a file is to be read.
    public struct Options: Sendable {
        /// What the file holds.
        public var format: Format = .jsonl
        /// How the file is compressed.
        public var compression: Compression = .none
        /// The fields of a line.
        public var fields = FieldNames()
        /// The other fields that become columns, beside those that have one already.
        public var kept = KeptFields()
        /// Whether the user named the field with the id, so that a file without it is worth a word.
        public var namesID = false
        /// Whether the user named the field with the domain.
        public var namesDomain = false
        /// The longest line, or text file, that is taken, in bytes.
        public var maxLineBytes = 64 << 20
        /// The largest window of a zstd frame, in bytes.
        public var maxWindowBytes = Decompressor.largestWindow
        /// How many documents and rejects are handed over at once, at most.
        public var batchCount = 2000
        /// How many bytes of documents are handed over at once, but for the last of them.
        public var batchBytes = 16 << 20

        /// What holds where nothing else is said: plain JSONL.
        public init() {}
    }

    /// Documents and rejects that stand beside each other in the file.
    public struct Batch: Sendable {
        /// Documents in the file's order.
        public var documents: [ImportedDocument] = []
        /// Rejects in the file's order.
        public var rejects: [Reject] = []
        /// The last line of the file that the batch accounts for.
        public var line = 0
        /// Whether a document of it was a long line, whose memory is to be given back soon.
        var isLong = false
    }

    /// What no line or text file may exceed, whatever the options say: SQLite holds 10⁹ bytes.
    public static let maxDocumentBytes = 900_000_000

    /// Takes a batch; what it throws ends the import.
    public typealias Sink = (Batch) throws -> Void

    /// Lines that were complete so far.
    public private(set) var lines = 0
    /// Bytes so far, after decompression.
    public private(set) var bytes = 0
    /// Which fields any line had so far.
    public private(set) var seen = FieldsSeen()

    /// How many bytes of documents are handed over at once, but for the last of them.
    var batchLimit: Int
    /// Takes memory for a long line, on the way into it.
    var admit: (@Sendable (Int) -> any Sendable)?

    /// What was taken for the line that is long, until it is handed over.
    private var share: (any Sendable)?
    private let file: String
    private let options: Options
    private let parser: DocumentParser
    private let decompressor: Decompressor
    private var splitter: LineSplitter
    private var batch = Batch()
    private var batchBytes = 0
    private var text: [UInt8] = []

    /// An importer of the file that is displayed as `file`, which documents without an id of
    /// their own are named after.
    public init(file: String, options: Options = Options()) throws {
        self.file = file
        var options = options
        options.maxLineBytes = min(options.maxLineBytes, Self.maxDocumentBytes)
        self.options = options
        batchLimit = options.batchBytes
        parser = DocumentParser(fields: options.fields)
        decompressor = try Decompressor(options.compression, maxWindow: options.maxWindowBytes)
        splitter = LineSplitter(maxLineBytes: options.maxLineBytes)
    }

    /// Takes the file's next bytes.
    public mutating func feed(_ input: UnsafeRawBufferPointer, _ sink: Sink) throws {
        let decompressor = decompressor
        decompressor.ask(admit, line: options.maxLineBytes)
        try decompressor.feed(input) { try take($0, sink) }
    }

    /// The fields that the user named and no line has, by the parameter that named them.
    public var missingFields: [String: String] {
        guard seen.lines else { return [:] }
        var missing: [String: String] = [:]
        if options.namesID, options.fields.readsID, !seen.id {
            missing["id_field"] = options.fields.id
        }
        if options.namesDomain, !seen.domain { missing["domain_field"] = options.fields.domain }
        return missing
    }

    /// Takes the file's next bytes.
    public mutating func feed(_ input: [UInt8], _ sink: Sink) throws {
        try input.withUnsafeBytes { try feed($0, sink) }
    }

    /// Ends the file: hands over the last documents.
    ///
    /// Throws `RefineryError` if the compressed data are cut short; `flush` then saves what was
    /// complete.
    public mutating func finish(_ sink: Sink) throws {
        try decompressor.finish()
        switch options.format {
        case .jsonl:
            var splitter = splitter
            try splitter.finish { try add($0, $1, sink) }
            self.splitter = splitter
        case .text:
            addText()
        }
        try flush(sink)
    }

    /// Hands over the documents that are complete, though the file may go on.
    public mutating func flush(_ sink: Sink) throws {
        guard !batch.documents.isEmpty || !batch.rejects.isEmpty else { return }
        batch.line = lines
        var full = batch
        full.isLong = share != nil
        batch = Batch()
        batchBytes = 0
        defer { share = nil }
        try sink(full)
    }

    /// Takes memory for a line or text of which so many bytes are there already.
    private mutating func takeShare(_ length: Int, _ sink: Sink) throws {
        guard let admit, share == nil, length > LineSplitter.longLine,
            !decompressor.hasLargeWindow
        else { return }
        // What stands before it is not kept waiting.
        try flush(sink)
        share = admit(options.maxLineBytes)
    }

    private mutating func take(_ plain: UnsafeRawBufferPointer, _ sink: Sink) throws {
        bytes += plain.count
        switch options.format {
        case .jsonl:
            // Moved out and back, as `add` changes the rest of `self` meanwhile.
            var moved = LineSplitter(maxLineBytes: options.maxLineBytes)
            swap(&moved, &splitter)
            defer { swap(&moved, &splitter) }
            try moved.feed(plain) { try add($0, $1, sink) }
            try takeShare(moved.present, sink)
        case .text:
            if bytes <= options.maxLineBytes { text.append(contentsOf: plain) } else { text = [] }
            try takeShare(text.count, sink)
        }
    }

    private mutating func add(_ number: Int, _ line: LineSplitter.Line, _ sink: Sink) throws {
        lines = number
        switch line {
        case .tooLong(let length): reject(number, .lineTooLong, tooLong("line", length))
        case .bytes(let bytes):
            switch parser.parse(bytes, line: number, file: file, &seen) {
            case .blank: return
            case .document(let document): append(document)
            case .reject(let reject): batch.rejects.append(reject)
            }
        }
        let count = batch.documents.count + batch.rejects.count
        if count >= options.batchCount || batchBytes >= batchLimit || share != nil {
            try flush(sink)
            share = nil
        }
    }

    private mutating func append(_ document: ImportedDocument) {
        batchBytes += document.text.count + document.id.count + (document.fields?.count ?? 0)
        batch.documents.append(document)
    }

    /// Takes a text file as one document, called as the file is.
    private mutating func addText() {
        lines = 1
        let id = Array(file.utf8)
        guard bytes <= options.maxLineBytes else {
            return reject(1, .lineTooLong, tooLong("text file", bytes), id)
        }
        if let offset = text.withUnsafeBytes(TextValidation.invalidOffset) {
            return reject(1, .invalidUTF8, "not UTF-8 at byte \(offset + 1) of the file", id)
        }
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        guard !text.withUnsafeBytes(TextValidation.isBlank) else {
            let what = text.isEmpty ? "is empty" : "is white space only"
            return reject(1, .emptyText, "the file \(what)", id)
        }
        append(ImportedDocument(id: id, text: text, line: 1))
        text = []
    }

    private mutating func reject(
        _ line: Int, _ reason: RejectReason, _ detail: String, _ id: [UInt8]? = nil
    ) {
        batch.rejects.append(Reject(line: line, id: id, reason: reason, detail: detail))
    }

    private func tooLong(_ what: String, _ length: Int) -> String {
        "the \(what) has \(length) bytes, the limit is \(options.maxLineBytes)"
    }
}
