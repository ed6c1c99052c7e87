extension Chunker {
    /// Cuts documents into pieces that fit both models of a pair.
    ///
    /// - Parameters:
    ///   - teacher: its tokenizer decides the cuts.
    ///   - reference: every piece fits its context.
    ///   - sharesTokens: whether both have equal tokenizers and context rules.
    ///   - maxTokens: the most tokens of a piece.
    init(
        teacher: any ScoringModel, reference: any ScoringModel, sharesTokens: Bool, maxTokens: Int
    ) {
        self.init(
            tokenizer: teacher.tokenizer, maxTokens: maxTokens,
            companion: sharesTokens
                ? nil
                : Companion(tokenizer: reference.tokenizer, maxTokens: reference.roomForText))
    }
}
