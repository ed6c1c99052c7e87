import Refinery
import Synchronization

/// The jobs that are running in this process, and whether a user has cancelled them.
final class JobRegistry: Sendable {
    /// A job that is running.
    final class Running: Sendable {
        /// The job's number.
        let id: Int64
        /// The corpus that it works on.
        let corpus: String?
        private let flag = Atomic(false)
        private let progress = Mutex<SelectionProgress?>(nil)

        fileprivate init(id: Int64, corpus: String?) {
            self.id = id
            self.corpus = corpus
        }

        /// Whether the job is to end.
        var isCancelled: Bool { flag.load(ordering: .relaxed) }

        /// How far a selection is; nil before that is known and for other jobs.
        ///
        /// It is kept here, since a selection may hold the store's writer while it is made.
        var selection: SelectionProgress? {
            get { progress.withLock { $0 } }
            set { progress.withLock { $0 = newValue } }
        }

        fileprivate func cancel() { flag.store(true, ordering: .relaxed) }
    }

    private let running = Mutex<[Int64: Running]>([:])

    /// No job is running.
    init() {}

    /// Enters a job.
    func enter(_ id: Int64, corpus: String?) -> Running {
        let job = Running(id: id, corpus: corpus)
        running.withLock { $0[id] = job }
        return job
    }

    /// The job has ended.
    func leave(_ job: Running) {
        running.withLock { $0[job.id] = nil }
    }

    /// Asks a job to end; false where it is not running.
    func cancel(_ id: Int64) -> Bool {
        let job = running.withLock { $0[id] }
        job?.cancel()
        return job != nil
    }

    /// Records with what is known here of how far their selections are.
    func completed(_ records: [JobRecord]) -> [JobRecord] {
        let running = running.withLock { $0 }
        return records.map { record in
            guard !record.state.isFinal, let selection = running[record.id]?.selection else {
                return record
            }
            var record = record
            (record.done, record.total) = (Int64(selection.done), Int64(selection.total))
            record.part = selection.part.rawValue
            return record
        }
    }

    /// How many jobs are running, of all kinds.
    var count: Int { running.withLock { $0.count } }

    /// A running job of that corpus, or of all corpora.
    func job(of corpus: String) -> Int64? {
        running.withLock { $0.values.first { $0.corpus == nil || $0.corpus == corpus }?.id }
    }
}
