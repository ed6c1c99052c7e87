import Refinery
import TeacherInference

/// What two models make of each token of a few texts, computed in this process, so that the
/// daemon's work is not held up.
struct TokenDifferences: Sendable {
    let teacher: any ScoringModel
    let reference: any ScoringModel

    /// Loads the pair that the daemon names.
    ///
    /// - Parameters:
    ///   - models: the daemon's.
    ///   - ignoredConfig: fields of config.json that need not be understood.
    ///   - engines: what is said of models that an engine serves, whose tokenizers and keys only
    ///     the daemon knows.
    /// - Returns: The pair; nil where an engine serves one of the models and nothing is said of it,
    ///   after a note on stderr.
    /// - Throws: ``Failure`` where a role is missing or its model cannot be read here.
    static func load(
        _ models: [ModelReport], ignoredConfig: [String], engines: PairEngineOptions
    ) throws -> TokenDifferences? {
        let found = ByRole(
            teacher: try report(.teacher, models), reference: try report(.reference, models))
        for (role, model) in found.roles
        where EngineReference.isAddress(model.path) && engines.flags(role).tokenizer == nil {
            StandardOutput.writeError(
                NumberText.printable(
                    "note: tokens are not coloured: the \(role.rawValue) is served by an engine, "
                        + "\(model.path); --\(role.rawValue)-tokenizer FOLDER asks it for them")
                    + "\n")
            return nil
        }
        try engines.validate(teacher: found.teacher.path, reference: found.reference.path)
        func load(_ role: ModelRole, _ model: ModelReport) throws -> any ScoringModel {
            do {
                return try engines.flags(role).reference(
                    model.path,
                    LanguageModel.Options(context: model.context, ignoredConfig: ignoredConfig)
                ).load(LoadRequest(logger: WarningLog.logger(ProgressReporter())))
            } catch {
                throw Failure(
                    "cannot use the \(role.rawValue) to colour the tokens: \(error)",
                    hint: "--plain does without the models")
            }
        }
        return TokenDifferences(
            teacher: try load(.teacher, found.teacher),
            reference: try load(.reference, found.reference))
    }

    private static func report(
        _ role: ModelRole, _ models: [ModelReport]
    ) throws -> ModelReport {
        guard let found = models.first(where: { $0.role == role }) else {
            throw Failure(
                "the daemon names no \(role.rawValue)", hint: "--plain does without the models")
        }
        return found
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
        for model in [teacher, reference] as [any ScoringModel] { try model.checkWeightFiles() }
        return traces
    }

    private func tokens(of text: [UInt8]) throws -> [TokenDifference] {
        let (teacher, reference) = try traces(of: text)
        return TokenDifference.align(
            teacher: (teacher.ends, teacher.nll), reference: (reference.ends, reference.nll))
    }
}
