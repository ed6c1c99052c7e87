import Dispatch
import Synchronization

/// The second stage of an import: cuts the documents that are not cut yet.
///
/// What is left is a query, so a stage that was stopped goes on where it was.
public struct ChunkStage: Sendable {
    /// How far a stage is.
    public struct Progress: Sendable, Equatable {
        /// Documents cut since it began.
        public var documents = 0
        /// Bytes of text cut since it began.
        public var bytes = 0
        /// Chunks made since it began, duplicates included.
        public var chunks = 0
        /// Their tokens.
        public var tokens = 0

        /// No progress.
        public init() {}
    }

    private let store: Store
    private let chunker: Chunker
    private let threads: Int

    /// A stage that cuts on `threads` threads, the caller's among them.
    public init(store: Store, chunker: Chunker, threads: Int) {
        precondition(threads > 0)
        self.store = store
        self.chunker = chunker
        self.threads = threads
    }

    /// Cuts until no document is left or `isCancelled` says so; blocks.
    ///
    /// Chunks arrive in the documents' order, whatever the number of threads. `progress` is called
    /// after each transaction. On cancellation documents that were being cut stay uncut.
    @discardableResult
    public func run(
        progress: (Progress) -> Void = { _ in }, isCancelled: @Sendable () -> Bool = { false }
    ) throws -> Progress {
        var done = Progress()
        while !isCancelled() {
            let documents = try store.unchunkedDocuments(limit: 512, maxBytes: 8 << 20)
            guard !documents.isEmpty else { break }
            let cuts = cut(documents, isCancelled)
            // Without gaps from the start, so that chunks keep the documents' order.
            let complete = cuts.prefix { $0 != nil }.compactMap { $0 }
            guard !complete.isEmpty else { break }
            try store.addChunks(
                zip(documents, complete).map { (document: $0.id, chunks: $1) },
                chunker: chunker.fingerprint)
            for (document, chunks) in zip(documents, complete) {
                done.documents += 1
                done.bytes += document.text.count
                done.chunks += chunks.count
                done.tokens += chunks.reduce(0) { $0 + $1.tokens }
            }
            progress(done)
        }
        return done
    }

    /// The cuts of each document; nil for those that a cancellation kept from being cut.
    private func cut(
        _ documents: [DocumentText], _ isCancelled: @Sendable () -> Bool
    ) -> [[ChunkCut]?] {
        let results = Mutex([[ChunkCut]?](repeating: nil, count: documents.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, documents.count)) { _ in
            while !isCancelled() {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < documents.count else { return }
                let cuts = chunker.cut(documents[index].text)
                results.withLock { $0[index] = cuts }
            }
        }
        return results.withLock { $0 }
    }
}
