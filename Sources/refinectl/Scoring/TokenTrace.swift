import Refinery
import TeacherInference

/// A text's tokens by one model, with their NLLs.
struct TokenTrace: Sendable {
    /// Ids of the model's own tokenizer, without a context token.
    let ids: [TokenID]
    /// Where each ends, a byte of the text.
    let ends: [Int]
    /// −ln p of each, nats; one less than there are tokens where nothing stands in front of the
    /// first, which is then not scored.
    let nll: [Float]

    /// Tokenises and scores a text; blocks.
    ///
    /// - Throws: ``ModelError`` where it is longer than the model's context.
    init(of text: [UInt8], by model: any ScoringModel) throws {
        (ids, ends) = text.withUnsafeBytes { model.tokenizer.encodeWithEnds($0) }
        let scorer = model.makeScorer(batchTokens: ids.count + 1)
        switch try scorer.score([ids], isCancelled: { false }).first {
        case .scored(let score): nll = score.tokenNLL
        case .failed(let reason): throw ModelError("\(model.path): \(reason)")
        case nil: nll = []
        }
    }

    /// A trace of the given parts.
    init(ids: [TokenID], ends: [Int], nll: [Float]) {
        self.ids = ids
        self.ends = ends
        self.nll = nll
    }

    /// The bytes of the token at a place.
    func range(_ place: Int) -> Range<Int> {
        let start = place == 0 ? 0 : ends[place - 1]
        return start..<max(start, ends[place])
    }

    /// −ln p of the token at a place; nil where it is not scored.
    func nll(_ place: Int) -> Double? {
        let unscored = ids.count - nll.count
        return place < unscored ? nil : Double(nll[place - unscored])
    }
}
