import TeacherInference

/// Scores batches of chunks with both models.
///
/// One a worker thread.
struct ChunkScorer: ~Copyable {
    private let pair: ModelPair
    private let storeTokenNLL: Bool
    private var teacher: BatchScorer
    private var reference: BatchScorer
    /// Chunks in a row, by each model, whose log-probs were not finite numbers.
    private var failures = (teacher: 0, reference: 0)

    /// Allocates for batches of up to `batchTokens` tokens.
    init(pair: ModelPair, batchTokens: Int, storeTokenNLL: Bool) {
        self.pair = pair
        self.storeTokenNLL = storeTokenNLL
        teacher = BatchScorer(model: pair.teacher.model, maxTokens: batchTokens)
        reference = BatchScorer(model: pair.reference.model, maxTokens: batchTokens)
    }

    /// What both models say of `chunks`, each asked only for what is pending.
    ///
    /// A batch during which a model's file was touched is scored again.
    ///
    /// - Throws: `CancellationError`; `ModelError` where no chunk of a batch has a finite log-prob,
    ///   which is the model's fault and not the chunks'.
    mutating func score(
        _ chunks: [PendingChunk], isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        while true {
            let changes = pair.weightCheck.changes
            do {
                let scores = try scoreOnce(chunks, isCancelled: isCancelled)
                if try pair.weightCheck.isValid(since: changes) { return scores }
            } catch let error as ModelError {
                // Wrong weights may be why: then the check names the file, or they are right again.
                if try pair.weightCheck.isValid(since: changes) { throw error }
            }
            failures = (0, 0)
        }
    }

    private mutating func scoreOnce(
        _ chunks: [PendingChunk], isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        let texts = chunks.map { chunk in
            chunk.text.withUnsafeBytes { pair.teacher.model.tokenize($0) }
        }
        let forReference = chunks.indices.filter { chunks[$0].needsReference }
        let referenceTexts = forReference.map { index in
            pair.sharesTokens
                ? texts[index]
                : chunks[index].text.withUnsafeBytes { pair.reference.model.tokenize($0) }
        }
        let forTeacher = chunks.indices.filter { chunks[$0].needsTeacher }
        return try Self.score(
            forReference.map { chunks[$0].id }, referenceTexts, pair.reference, &reference,
            &failures.reference, storeTokenNLL: storeTokenNLL, isCancelled: isCancelled)
            + Self.score(
                forTeacher.map { chunks[$0].id }, forTeacher.map { texts[$0] }, pair.teacher,
                &teacher, &failures.teacher, storeTokenNLL: storeTokenNLL, isCancelled: isCancelled)
    }

    private static func score(
        _ chunks: [Int64], _ texts: [(ids: [TokenID], scoredBytes: Int)],
        _ member: ModelPair.Member, _ scorer: inout BatchScorer,
        _ failures: inout Int, storeTokenNLL: Bool,
        isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        let context = member.model.contextToken == nil ? 0 : 1
        var scores: [ChunkScore] = []
        var batch: [Int] = []
        var size = 0
        func outcome(_ index: Int, _ outcome: ChunkScore.Outcome) {
            scores.append(ChunkScore(chunk: chunks[index], model: member.id, outcome: outcome))
        }
        func flush() throws {
            let results = try scorer.score(batch.map { texts[$0].ids }, isCancelled: isCancelled)
            let isBarren = results.allSatisfy { !$0.isFinite }
            failures = isBarren ? failures + results.count : 0
            // One chunk alone may be at fault; two in a row and none between them are not.
            guard !isBarren || failures < 2 else {
                throw ModelError(
                    "\(member.model.path): the model's log-probs are not finite numbers for any of "
                        + "\(failures) chunks in a row; none of this batch is recorded",
                    hint: "the file is damaged, or its weights overflow Float32; copy it again and "
                        + "start again; `refinectl retry` takes back what failed before")
            }
            for (index, result) in zip(batch, results) {
                guard result.isFinite else {
                    outcome(index, .failed("the model's log-probs are not finite numbers"))
                    continue
                }
                outcome(
                    index,
                    .scored(
                        ScoreSums(
                            tokens: result.tokens, bytes: texts[index].scoredBytes,
                            nll: result.nll, nllSquared: result.nllSquared, top1: result.top1,
                            top10: result.top10,
                            // Of both models: a model may come to play the other role.
                            nllAdapted: AdaptedNLL.sum(
                                tokens: texts[index].ids, tokenNLL: result.tokenNLL),
                            repetition: RepeatedWindows.share(of: texts[index].ids)),
                        tokenNLL16: storeTokenNLL ? halves(result.tokenNLL) : nil))
            }
            batch = []
            size = 0
        }
        for index in texts.indices {
            let length = texts[index].ids.count + context
            if length < 2 {
                outcome(index, .tooShort)
                continue
            }
            guard length <= member.model.maxContext else {
                outcome(
                    index,
                    .failed(
                        "\(length) tokens, but the model's context is \(member.model.maxContext)"))
                continue
            }
            if !batch.isEmpty, size + length > scorer.maxTokens { try flush() }
            if length > scorer.maxTokens {
                scorer = BatchScorer(model: member.model, maxTokens: length)
            }
            batch.append(index)
            size += length
        }
        if !batch.isEmpty { try flush() }
        return scores
    }

    /// IEEE half precision, little-endian; NLLs beyond its range become its greatest number.
    private static func halves(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in
            let bits = Float16(min(value, Float(Float16.greatestFiniteMagnitude))).bitPattern
            return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
    }
}
