/// Writes what a store knows of one shard as a score file.
public struct ScoreFileStage: Sendable {
    private let store: Store

    /// The scores of a store.
    public init(_ store: Store) {
        self.store = store
    }

    /// Writes the score file of the store's one corpus; blocks.
    ///
    /// The same documents, models and chunker give the same bytes.
    ///
    /// - Parameters:
    ///   - path: where the file will be; what stands there is replaced.
    ///   - header: its first line.
    ///   - isCancelled: asked for every row; true gives up.
    /// - Returns: The trailer, the file's bytes and their SHA-256.
    /// - Throws: ``RefineryError`` where a chunk has no score yet, the store's models or cuts are
    ///   others than the header's, or the file cannot be written; ``JobCancelled``.
    public func write(
        _ path: String, header: ScoreFileHeader, isCancelled: () -> Bool = { false }
    ) throws -> (ScoreFileTrailer, OutputWriter.Result) {
        try checkCuts(header.chunker)
        let writer = try ScoreFileWriter(path: path, header: header)
        do {
            try store.read { snapshot in
                let models = try snapshot.currentPair()
                guard models.teacher.fingerprint == header.teacher.fingerprint,
                    models.reference.fingerprint == header.reference.fingerprint
                else {
                    throw RefineryError(
                        .refused, "the store's models are not those that the run began with",
                        hint: "a model was replaced meanwhile: run the command again")
                }
                func write(_ row: ScoreFileRow) throws {
                    if isCancelled() { throw JobCancelled("interrupted") }
                    try writer.write(row)
                }
                let corpus = header.shard.corpus
                let chunks = try ScoredChunkRows(snapshot, corpus: corpus, models)
                while let chunk = try chunks.next() { try write(.chunk(chunk)) }
                try snapshot.rejects(corpus: corpus) { try write(.reject($0)) }
            }
            return try writer.finish()
        } catch {
            writer.discard()
            throw error
        }
    }

    /// Refuses a store whose documents another chunker has cut.
    ///
    /// - Throws: ``RefineryError`` (refused).
    public func checkCuts(_ chunker: ScoreFileChunker) throws {
        guard try store.chunkers().allSatisfy({ $0 == chunker.fingerprint }) else {
            throw RefineryError(
                .refused,
                "the store \(store.path) was cut by another chunker: another tokenizer or another "
                    + "--max-tokens",
                hint: "name another store with --store, or delete it")
        }
    }
}
