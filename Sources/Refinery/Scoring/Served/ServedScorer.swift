import Foundation
import ScoringEngines
import TeacherInference

/// Scores sequences by an engine; its thread waits for the answers.
final class ServedScorer: SequenceScoring {
    private let model: ServedModel

    /// Tokens that one call takes.
    let batchTokens: Int

    /// A scorer for one thread.
    init(model: ServedModel, batchTokens: Int) {
        self.model = model
        self.batchTokens = batchTokens
    }

    /// Hands the sequences to the engine, together with those of other threads.
    func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool
    ) throws -> [SequenceOutcome] {
        let context = model.contextToken.map { [$0] } ?? []
        do {
            return try model.score(sequences.map { context + $0 }, isCancelled: isCancelled).map {
                switch $0 {
                case .scored(let score): .scored(SequenceScore(score))
                case .failed(let reason): .failed(reason)
                }
            }
        } catch let error as EngineError {
            throw RefineryError(error)
        }
    }
}

extension SequenceScore {
    /// The sums of what an engine said.
    ///
    /// An engine's rank counts the logits that are at least the token's.
    init(_ score: EngineScore) {
        let tokenNLL = score.logProbs.map { 0 - $0 }
        let ranks = score.ranks ?? (tokenNLL.isEmpty ? [] : nil)
        self.init(
            tokens: tokenNLL.count, nll: tokenNLL.reduce(0) { $0 + Double($1) },
            nllSquared: tokenNLL.reduce(0) { $0 + Double($1) * Double($1) },
            top1: ranks?.count(where: { $0 <= 1 }), top10: ranks?.count(where: { $0 <= 10 }),
            tokenNLL: tokenNLL)
    }
}
