/// One corpus file on its way into the store, as a job that succeeds or fails.
///
/// Fed by one caller at a time; its calls write to the store and block.
public struct ImportJob {
    /// The job's number.
    public let id: Int64

    private let store: Store
    private let corpus: String
    private let file: String
    /// The fields that were asked for by name.
    private let keptFields: [String]
    private let writer: ImportWriter
    private var importer: Importer

    /// Begins a job for the file that is displayed as `file`, which documents are named after.
    ///
    /// `path` is what the store calls it, so that files of one name in two folders are two there.
    public init(
        store: Store, corpus: String, file: String, path: String? = nil, options: Importer.Options,
        replace: Bool
    ) throws {
        keptFields = options.kept.names
        importer = try Importer(file: file, options: options)
        self.store = store
        self.corpus = corpus
        self.file = file
        id = try store.beginJob(kind: .import, corpus: corpus, detail: file)
        writer = ImportWriter(
            store: store, corpus: corpus, file: path ?? file, job: id, replace: replace,
            keeping: options.kept)
    }

    /// Takes memory for a line of so many bytes; what it returns is kept until the line is stored.
    ///
    /// Called on the way into a line of more than ``LineSplitter/longLine`` bytes; it may block.
    public var admit: (@Sendable (Int) -> any Sendable)?

    /// How many bytes of documents go into one transaction, but for the last of them.
    public var batchBytes: Int {
        get { importer.batchLimit }
        set { importer.batchLimit = newValue }
    }

    /// What became of the documents that are written: those fed last may still be on their way.
    public var counts: ImportCounts { writer.counts }

    /// Takes the file's next bytes; an error has ended the job when it is thrown.
    public mutating func feed(_ input: UnsafeRawBufferPointer) throws {
        try advance { importer, sink throws in try importer.feed(input, sink) }
    }

    /// Ends the file, and the job with it.
    public mutating func finish() throws -> ImportSummary {
        try advance { [writer] importer, sink throws in
            try importer.finish(sink)
            try writer.wait()
        }
        try store.finishJob(id, state: .succeeded)
        return summary
    }

    /// Ends the job because the rest of the file will not come; documents that are complete stay.
    ///
    /// The job's error is `incomplete after line N: reason`. Returns that error.
    @discardableResult
    public mutating func fail(
        _ reason: String, state: JobState = .failed
    ) throws -> RefineryError {
        try fail(reason, state: state, hint: "enqueue it again: it goes on from there")
    }

    private mutating func fail(
        _ reason: String, state: JobState = .failed, hint: String
    ) throws -> RefineryError {
        try importer.flush(writer.write)
        try writer.wait()
        let error = "incomplete after line \(importer.lines): \(reason)"
        try store.finishJob(id, state: state, error: error)
        return RefineryError(.input, "\(file): \(error)", hint: hint)
    }

    /// What became of the file so far.
    public var summary: ImportSummary {
        var summary = ImportSummary()
        summary.job = id
        summary.corpus = corpus
        summary.file = file
        summary.added = Int64(counts.added)
        summary.unchanged = Int64(counts.unchanged)
        summary.replaced = Int64(counts.replaced)
        summary.rejected = Int64(counts.rejected)
        summary.updated = counts.updated > 0 ? Int64(counts.updated) : nil
        summary.differing = counts.differing > 0 ? Int64(counts.differing) : nil
        var fields = counts.fields
        for name in keptFields where fields[name] == nil { fields[name] = FieldCounts() }
        summary.fields = fields.isEmpty ? nil : fields
        let missing = importer.missingFields
        summary.missingFields = missing.isEmpty ? nil : missing
        summary.lines = Int64(importer.lines)
        summary.bytes = Int64(importer.bytes)
        summary.firstDocument = counts.firstDocument
        summary.lastDocument = counts.lastDocument
        return summary
    }

    /// Advances the importer; where it cannot go on the job ends, and what was complete is kept.
    private mutating func advance(
        _ body: (inout Importer, Importer.Sink) throws -> Void
    ) throws {
        do {
            importer.admit = admit
            try body(&importer) { [writer] batch in
                try writer.write(batch)
                if batch.isLong { try writer.wait() }
            }
        } catch let error as RefineryError where error.kind == .input {
            // The same bytes would end in the same way.
            throw try fail(
                error.message,
                hint: error.hint
                    ?? "what was complete is kept; mend the file, then enqueue it again")
        } catch {
            // The store itself failed: it may well refuse this, too.
            try? store.finishJob(id, state: .failed, error: "\(error)")
            throw error
        }
    }
}
