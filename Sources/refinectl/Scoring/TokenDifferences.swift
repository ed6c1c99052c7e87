import Refinery
import TeacherInference

/// What two models make of each token of a few texts, computed in this process, so that the
/// daemon's work is not held up.
struct TokenDifferences: Sendable {
    let teacher: LanguageModel
    let reference: LanguageModel

    /// A text to look at.
    struct Text: Sendable {
        /// The chunk's row id.
        var chunk: Int64
        /// UTF-8.
        var bytes: [UInt8]
    }

    /// Scores the texts by both models; blocks.
    ///
    /// - Parameters:
    ///   - texts: at most a chunk each.
    ///   - threads: how many score beside each other, a text each.
    ///   - progress: told how many texts are done.
    /// - Returns: the tokens of each text, by chunk.
    /// - Throws: ``ModelError`` where a text is longer than a model's context.
    func compute(
        _ texts: [Text], threads: Int, progress: @escaping (Int) -> Void
    ) throws -> [Int64: [TokenDifference]] {
        var waiting = texts[...]
        var found: [Int64: [TokenDifference]] = [:]
        let pair = self
        try OrderedWorkers<Text, (Int64, [TokenDifference])>.run(
            threads: max(1, min(threads, texts.count)), read: { waiting.popFirst() },
            body: { turn in
                while let (place, text) = try turn.next() {
                    try turn.finish(place, (text.chunk, pair.tokens(of: text.bytes)))
                }
            },
            write: { chunk, tokens in
                found[chunk] = tokens
                progress(found.count)
            })
        return found
    }

    private func tokens(of text: [UInt8]) throws -> [TokenDifference] {
        try TokenDifference.align(
            teacher: Self.score(text, teacher), reference: Self.score(text, reference))
    }

    private static func score(
        _ text: [UInt8], _ model: LanguageModel
    ) throws -> (ends: [Int], nll: [Float]) {
        let (ids, ends) = text.withUnsafeBytes { model.tokenizer.encodeWithEnds($0) }
        var scorer = BatchScorer(model: model, maxTokens: ids.count + 1)
        return (ends, try scorer.score([ids]).first?.tokenNLL ?? [])
    }
}
