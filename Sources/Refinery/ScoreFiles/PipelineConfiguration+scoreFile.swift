import Logging
import TrainerFormats

extension PipelineConfiguration {
    /// Loads both models, says what a score file's header says of them, and lets them go; blocks.
    ///
    /// - Parameters:
    ///   - shard: the shard.
    ///   - writer: the program, with its version.
    ///   - store: remembers what was computed of weight files and seen of engines; nil for none.
    ///   - logger: is told of what is noteworthy of an engine.
    ///   - isCancelled: asked while an engine is waited for; true gives up.
    ///   - wait: is told where an engine is away, and returns when it is to be asked again.
    /// - Returns: The header of the score file that this configuration makes of the shard.
    /// - Throws: As ``checkModels(logger:wait:)``.
    public func scoreFileHeader(
        _ shard: ScoreFileShard, writer: String, cache store: Store?, logger: Logger,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        wait: (RefineryError) throws -> Void
    ) throws -> ScoreFileHeader {
        var request = LoadRequest(logger: logger)
        request.isCancelled = isCancelled
        request.timing = engineTiming
        if let store { request.known = { try store.servedRecord(fingerprint: $0) } }
        var loader = PairLoader(self)
        let (models, digests, comparison) = try loader.load(request, wait: wait)
        func describe(
            _ model: any ScoringModel, _ digest: String
        ) throws -> ScoreFileModel {
            ScoreFileModel(
                try Model(
                    model, fingerprint: model.fingerprint(cache: store), tokenizerDigest: digest),
                name: FilePath.name(of: model.path), computedBy: model.computedBy)
        }
        let chunker = Chunker(
            teacher: models.teacher, reference: models.reference,
            sharesTokens: comparison == .token,
            maxTokens: maxTokens)
        return ScoreFileHeader(
            writer: writer, shard: shard, chunker: ScoreFileChunker(chunker),
            teacher: try describe(models.teacher, digests.teacher),
            reference: try describe(models.reference, digests.reference))
    }
}
