import GRDB

extension Store {
    static func open(_ path: String) throws -> DatabasePool { throw StoreError(.refused, "not written yet") }
    func interruptJobs() throws {}

    /// Makes `model` the current model of its role, known by its fingerprint, and fills `pending` with what it has not scored; returns its row id.
    public func registerModel(_ model: ModelRecord) throws -> Int64 { throw StoreError(.refused, "not written yet") }
    /// Every model that has been registered, the current ones first; a model that played both roles stands twice.
    public func models() throws -> [ModelRecord] { throw StoreError(.refused, "not written yet") }
    /// The fingerprint of a model file that has not changed since it was computed.
    public func cachedFingerprint(device: UInt64, inode: UInt64, size: Int64, mtimeNanoseconds: Int64) throws -> String? { throw StoreError(.refused, "not written yet") }
    /// Remembers the fingerprint of a model file.
    public func storeFingerprint(_ fingerprint: String, device: UInt64, inode: UInt64, size: Int64, mtimeNanoseconds: Int64) throws { throw StoreError(.refused, "not written yet") }

    /// Records a job, at once running unless `queued`; returns its row id.
    public func beginJob(kind: JobKind, corpus: String?, detail: String?, queued: Bool = false) throws -> Int64 { throw StoreError(.refused, "not written yet") }
    /// Turns a queued job into a running one.
    public func startJob(_ id: Int64) throws { throw StoreError(.refused, "not written yet") }
    /// Records how far a job is.
    public func updateJob(_ id: Int64, done: Int64, total: Int64?) throws { throw StoreError(.refused, "not written yet") }
    /// Ends a job; `state` is a final one. A job that has ended stays as it is.
    public func finishJob(_ id: Int64, state: JobState, error: String? = nil) throws { throw StoreError(.refused, "not written yet") }
    /// One job.
    public func job(_ id: Int64) throws -> JobRecord? { throw StoreError(.refused, "not written yet") }
    /// The latest jobs, newest first.
    public func jobs(limit: Int = 1000) throws -> [JobRecord] { throw StoreError(.refused, "not written yet") }

    /// Takes documents and rejects of one file in one transaction.
    public func addDocuments(corpus: String, file: String, documents: [ImportedDocument], rejects: [Reject], job: Int64, replace: Bool) throws -> ImportCounts { throw StoreError(.refused, "not written yet") }
    /// Every recorded reject in order of arrival.
    public func rejects(corpus: String? = nil, _ body: (RejectRecord) throws -> Void) throws { throw StoreError(.refused, "not written yet") }

    /// Documents that are not cut yet, ascending by id; at least one if there is any.
    public func unchunkedDocuments(limit: Int, maxBytes: Int) throws -> [DocumentText] { throw StoreError(.refused, "not written yet") }
    /// Records how documents were cut, in one transaction; documents that are gone or cut already are passed over.
    public func addChunks(_ cuts: [(document: Int64, chunks: [ChunkCut])], chunker: String) throws { throw StoreError(.refused, "not written yet") }

    /// Chunks that a current model has yet to score, ascending by id, after `chunk` (0 for the first).
    public func nextPending(after chunk: Int64, limit: Int) throws -> [PendingChunk] { throw StoreError(.refused, "not written yet") }
    /// Records scores and takes them from `pending`, in one transaction; those recorded already or of chunks that are gone are passed over. Returns how many were recorded.
    @discardableResult
    public func recordScores(_ scores: [ChunkScore]) throws -> Int { throw StoreError(.refused, "not written yet") }
    /// Whether a document of the range (row ids, of one corpus) is not cut yet or has a chunk that a current model has yet to score: what `--wait` waits for.
    public func hasPending(documents: ClosedRange<Int64>, corpus: String) throws -> Bool { throw StoreError(.refused, "not written yet") }
    /// How many chunks of the range of documents failed, and the reason of the first.
    public func failures(documents: ClosedRange<Int64>, corpus: String) throws -> (count: Int, first: String?) { throw StoreError(.refused, "not written yet") }

    /// Counts, current models: all from counters, so quick however large the store is.
    public func status() throws -> StoreStatus { throw StoreError(.refused, "not written yet") }
    /// The corpora, by name in byte order.
    public func corpora() throws -> [CorpusStatus] { throw StoreError(.refused, "not written yet") }
    /// The chunkers (tokenizer, maximum, version) that have cut documents of this store.
    public func chunkers() throws -> [String] { throw StoreError(.refused, "not written yet") }
    /// Deletes a corpus; chunks that a selection holds stay readable for that selection.
    public func deleteCorpus(_ name: String) throws { throw StoreError(.refused, "not written yet") }
    /// Compares `pending` and the counters with what they derive from.
    public func checkPending() throws -> StoreCheck { throw StoreError(.refused, "not written yet") }
    /// Makes `pending` and the counters again from what they derive from.
    public func rebuildPending() throws { throw StoreError(.refused, "not written yet") }

    /// Chooses chunks by a rule and records them, in one transaction.
    public func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary { throw StoreError(.refused, "not written yet") }
    /// Every selection, oldest first.
    public func selections() throws -> [SelectionSummary] { throw StoreError(.refused, "not written yet") }
    /// The selection of that id.
    public func selection(id: Int64) throws -> SelectionSummary? { throw StoreError(.refused, "not written yet") }
    /// The selection of that name.
    public func selection(named name: String) throws -> SelectionSummary? { throw StoreError(.refused, "not written yet") }
    /// Hands over a selection's rows one by one, in bounded memory; `fields` also reads the documents' other fields.
    public func exportRows(selection: Int64, order: ExportOrder, fields: Bool = false, _ body: (ExportRow) throws -> Void) throws { throw StoreError(.refused, "not written yet") }
}
