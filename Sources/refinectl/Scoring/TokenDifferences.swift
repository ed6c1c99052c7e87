import Refinery
import TeacherInference

/// What two models make of each token of a few texts, computed in this process, so that the
/// daemon's work is not held up.
struct TokenDifferences: Sendable {
    let teacher: LanguageModel
    let reference: LanguageModel

    /// Loads the pair that the daemon names; `ignoredConfig` need not be understood.
    ///
    /// - Throws: ``Failure`` where a role is missing or its model cannot be read here.
    init(_ models: [ModelReport], ignoredConfig: [String]) throws {
        func load(_ role: ModelRole) throws -> LanguageModel {
            guard let found = models.first(where: { $0.role == role }) else {
                throw Failure(
                    "the daemon names no \(role.rawValue)",
                    hint: "--plain does without the models")
            }
            do {
                return try LanguageModel(
                    path: found.path,
                    options: LanguageModel.Options(
                        context: found.context, ignoredConfig: ignoredConfig))
            } catch {
                throw Failure(
                    "cannot read the \(role.rawValue) to colour the tokens: \(error.message)",
                    hint: "--plain does without the models")
            }
        }
        teacher = try load(.teacher)
        reference = try load(.reference)
    }

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
    /// - Throws: ``ModelError`` where a text is longer than a model's context, or a model's file was
    ///   written to.
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

    /// Both models' own tokens of one text; blocks.
    ///
    /// - Throws: ``ModelError`` where it is longer than a model's context.
    func traces(of text: [UInt8]) throws -> (teacher: TokenTrace, reference: TokenTrace) {
        let traces = (
            teacher: try TokenTrace(of: text, by: teacher),
            reference: try TokenTrace(of: text, by: reference)
        )
        for model in [teacher, reference] { try model.checkWeightFiles() }
        return traces
    }

    private func tokens(of text: [UInt8]) throws -> [TokenDifference] {
        let (teacher, reference) = try traces(of: text)
        return TokenDifference.align(
            teacher: (teacher.ends, teacher.nll), reference: (reference.ends, reference.nll))
    }
}
