import Prediction
import TeacherInference

/// Scores the texts of chunks with the model of one role.
struct RoleScorer {
    /// A chunk's ids, and the bytes that the scored ones cover.
    typealias Text = (ids: [TokenID], scoredBytes: Int)

    /// The role.
    let role: ModelRole
    /// Chunks in a row whose log-probs were not finite numbers.
    var failures = 0

    private let member: ModelPair.Member
    private let scorer: any SequenceScoring
    /// Whether each score comes with a summary of what the model saw.
    private let summarises: Bool

    /// Allocates for batches of up to `batchTokens` tokens.
    init(role: ModelRole, member: ModelPair.Member, batchTokens: Int, summarises: Bool = false) {
        self.role = role
        self.member = member
        self.summarises = summarises
        scorer = member.model.makeScorer(batchTokens: batchTokens)
    }

    /// What the model says of `texts`, which are those of `chunks`.
    ///
    /// - Throws: as ``ChunkScorer/score(_:isCancelled:)``.
    mutating func score(
        _ chunks: [Int64], _ texts: [Text], storeTokenNLL: Bool, isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        let context = member.model.contextToken == nil ? 0 : 1
        var scores: [ChunkScore] = []
        var batch: [Int] = []
        var size = 0
        func add(_ index: Int, _ outcome: ChunkScore.Outcome, _ summary: [UInt8]? = nil) {
            scores.append(
                ChunkScore(
                    chunk: chunks[index], model: member.id, outcome: outcome, summary: summary))
        }
        func flush() throws {
            let sequences = batch.map { texts[$0].ids }
            var states: [Int: HiddenStateSums] = [:]
            let results =
                summarises
                ? try scorer.score(sequences, isCancelled: isCancelled) { states[$0] = $1 }
                : try scorer.score(sequences, isCancelled: isCancelled)
            let isBarren = results.allSatisfy(\.isNotFinite)
            failures = isBarren ? failures + results.count : 0
            // One chunk alone may be at fault; two in a row and none between them are not.
            guard !isBarren || failures < 2 else {
                throw ModelError(
                    "\(member.model.path): the model's log-probs are not finite numbers for any of "
                        + "\(failures) chunks in a row; none of this batch is recorded",
                    hint: "the file is damaged, or its weights overflow Float32; copy it again and "
                        + "start again; `refinectl retry` takes back what failed before")
            }
            for (place, (index, result)) in zip(batch, results).enumerated() {
                let outcome = Self.outcome(result, texts[index], storeTokenNLL: storeTokenNLL)
                guard summarises, case .scored = outcome, case .scored(let score) = result else {
                    add(index, outcome)
                    continue
                }
                do {
                    add(
                        index, outcome,
                        try Self.summary(score, texts[index], states[place]).encoded)
                } catch {
                    add(index, .failed(error.message))
                }
            }
            batch = []
            size = 0
        }
        for index in texts.indices {
            let length = texts[index].ids.count + context
            if length < 2 {
                add(index, .tooShort)
                continue
            }
            guard length <= member.model.maxContext else {
                add(
                    index,
                    .failed(
                        "\(length) tokens, but the model's context is \(member.model.maxContext)"))
                continue
            }
            if !batch.isEmpty, size + length > scorer.batchTokens { try flush() }
            batch.append(index)
            size += length
        }
        if !batch.isEmpty { try flush() }
        return scores
    }

    private static func outcome(
        _ result: SequenceOutcome, _ text: Text, storeTokenNLL: Bool
    ) -> ChunkScore.Outcome {
        switch result {
        case .failed(let reason): return .failed(reason)
        case .scored(let score) where !score.isFinite:
            return .failed("the model's log-probs are not finite numbers")
        case .scored(let score):
            return .scored(
                ScoreSums(
                    tokens: score.tokens, bytes: text.scoredBytes, nll: score.nll,
                    nllSquared: score.nllSquared, top1: score.top1, top10: score.top10,
                    // Of both models: a model may come to play the other role.
                    nllAdapted: AdaptedNLL.sum(tokens: text.ids, tokenNLL: score.tokenNLL),
                    repetition: RepeatedWindows.share(of: text.ids)),
                tokenNLL16: storeTokenNLL ? halves(score.tokenNLL) : nil)
        }
    }

    /// What the model saw of a text; of a served one the NLLs alone.
    private static func summary(
        _ score: SequenceScore, _ text: Text, _ states: HiddenStateSums?
    ) throws(PredictionError) -> ChunkSummary {
        let statistics = try NLLStatistics(nll: score.tokenNLL, tokens: text.ids)
        guard let states else { return try ChunkSummary(statistics: statistics) }
        return try ChunkSummary(statistics: statistics, states: states)
    }

    /// IEEE half precision, little-endian; NLLs beyond its range become its greatest number.
    private static func halves(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in
            let bits = Float16(min(value, Float(Float16.greatestFiniteMagnitude))).bitPattern
            return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
    }
}

extension SequenceOutcome {
    /// Whether it has a score whose numbers are not finite.
    fileprivate var isNotFinite: Bool {
        if case .scored(let score) = self { return !score.isFinite }
        return false
    }
}
