import TeacherInference

/// Opens a damaged model as a user would, and checks what can be checked without knowing what it
/// should say.
enum CaseRunner {
    /// How far a model got.
    struct Outcome {
        /// Its tokenizer was taken.
        var tokenizes = false
        /// The whole model was taken, and scored.
        var scores = false
        /// What it did that no model may make us do; empty if all is well.
        var fault = ""
    }

    /// Letters of many kinds, white space, digits, what looks like control tokens, and text that is
    /// not normalised.
    private static let text = Array(
        """
        The quick brown fox's 12345 jumps.\r\n\n\tover  the   lazy dog… Straße, naïve cafe\u{301}; \
        日本語のテキスト, Привет мир! <|endoftext|> <s></s> \u{1F469}\u{200D}\u{1F4BB} aaaaaaaaaaaaaaaaaaaaaaaa \
        if (x == 0) { return "\\n"; }\u{0} ABBA abababab 0.001 1,000,000
        """.utf8)

    /// Opens the model at `path`, and scores with it where that takes no more than `workingMemory`
    /// bytes by the memory formula.
    static func run(path: String, workingMemory: Int) -> Outcome {
        if path.hasSuffix(".scores") { return ScoreFileCase.run(path: path) }
        if path.hasSuffix(".parquet") { return ScoreFileCase.runTable(path: path) }
        if path.hasSuffix(".jsonl") || path.hasSuffix(".txt") { return CorpusCase.run(path: path) }
        var outcome = Outcome()
        do {
            check(try LanguageModel.loadTokenizer(path: path, pre: nil), &outcome)
            outcome.tokenizes = true
        } catch {
            check(error, path, &outcome)
        }
        do {
            let model = try LanguageModel(path: path)
            try score(with: model, workingMemory: workingMemory, &outcome)
            outcome.scores = true
        } catch let error as ModelError {
            check(error, path, &outcome)
        } catch {
            outcome.fault = "an error of another type: \(error)"
        }
        return outcome
    }

    private static func check(_ tokenizer: any Tokenizer, _ outcome: inout Outcome) {
        let (ids, ends) = text.withUnsafeBytes { tokenizer.encodeWithEnds($0) }
        if ids != text.withUnsafeBytes({ tokenizer.encode($0) }) {
            outcome.fault = "encode and encodeWithEnds differ"
        }
        if ids.contains(where: { $0 < 0 || Int($0) >= tokenizer.vocabularySize }) {
            outcome.fault = "a token beyond the vocabulary"
        }
        if ends.count != ids.count || ends != ends.sorted()
            || (ends.last ?? text.count) != text.count
        {
            outcome.fault = "ends of tokens that are not those of the text"
        }
        _ = tokenizer.decode(ids)
        var bytes = 0
        tokenizer.serializeContent { bytes += $0.count }
        if bytes == 0 { outcome.fault = "a tokenizer without content" }
    }

    private static func score(
        with model: LanguageModel, workingMemory: Int, _ outcome: inout Outcome
    ) throws {
        let front = model.contextToken == nil ? 0 : 1
        let ids = text.withUnsafeBytes {
            model.tokenize($0).ids.prefix(max(0, model.maxContext - front))
        }
        let length = ids.count + front
        guard model.workerMemory(maxTokens: length, longest: length) <= workingMemory else {
            return
        }
        var scorer = BatchScorer(model: model, maxTokens: length)
        let score = try scorer.score([Array(ids)])[0]
        if score.tokens != max(0, length - 1) { outcome.fault = "\(score.tokens) tokens scored" }
        if score.isFinite, score.tokenNLL.contains(where: { $0 < 0 }) {
            outcome.fault = "a negative NLL"
        }
    }

    private static func check(_ error: ModelError, _ path: String, _ outcome: inout Outcome) {
        // A control character is spelled in six bytes, and a hint is as long as a message.
        if error.description.utf8.count > 12 * ModelError.longest + 100 {
            outcome.fault =
                "an error of \(error.description.utf8.count) bytes: "
                + error.message.prefix(200)
        }
        if error.message.isEmpty { outcome.fault = "an error without words" }
    }
}
