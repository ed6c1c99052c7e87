import Dispatch
import Synchronization

/// Brings the batches of one file into the store, in order, on threads of its own: while one is
/// written, the next is hashed and deflated, and the one after that is read by the caller.
final class ImportWriter: Sendable {
    private struct State {
        var counts = ImportCounts()
        var failure: (any Error)?
    }

    private let store: Store
    private let corpus: String
    private let file: String
    private let job: Int64
    private let replace: Bool
    private let kept: KeptFields
    private let preparing = DispatchQueue(label: "refinery.import.prepare")
    private let writing = DispatchQueue(label: "refinery.import.write")
    private let unprepared = DispatchGroup()
    private let unwritten = DispatchGroup()
    private let state = Mutex(State())

    /// A writer for a job that imports `file` into `corpus`.
    init(
        store: Store, corpus: String, file: String, job: Int64, replace: Bool,
        keeping kept: KeptFields
    ) {
        self.store = store
        self.corpus = corpus
        self.file = file
        self.job = job
        self.replace = replace
        self.kept = kept
    }

    /// What became of the batches that are written.
    var counts: ImportCounts { state.withLock { $0.counts } }

    /// Takes a batch; blocks, for one caller at a time, until the one before is prepared.
    ///
    /// - Throws: why an earlier one could not be written.
    func write(_ batch: Importer.Batch) throws {
        unprepared.wait()
        try checkFailure()
        preparing.async(group: unprepared) { [self] in
            let prepared = Result { try store.prepare(batch.documents, corpus: corpus) }
            unwritten.wait()
            writing.async(group: unwritten) { [self] in
                record(Result { try add(prepared.get(), batch) })
            }
        }
    }

    /// Blocks until all is written.
    ///
    /// - Throws: why something could not be written.
    func wait() throws {
        unprepared.wait()
        unwritten.wait()
        try checkFailure()
    }

    private func add(
        _ documents: [PreparedDocument], _ batch: Importer.Batch
    ) throws -> ImportCounts {
        // Nothing goes in behind a batch that is missing.
        try checkFailure()
        return try store.add(
            documents, batch.rejects, corpus: corpus, file: file, job: job, replace: replace,
            keeping: kept, line: batch.line)
    }

    private func record(_ result: Result<ImportCounts, any Error>) {
        state.withLock { state in
            switch result {
            case .success(let counts): state.counts.add(counts)
            case .failure(let error): state.failure = state.failure ?? error
            }
        }
    }

    private func checkFailure() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
