/// What the difference of two models is taken over, decided once a pair.
public enum PairComparison: String, Sendable, Codable {
    /// Per token: both have the same tokenizer and context rule, so a text's tokens serve both.
    case token
    /// Per byte, behind a context token each.
    case byte

    /// Compares what was read of two models; digests are those of
    /// ``ModelFingerprint/tokenizer(_:)``.
    ///
    /// - Throws: ``RefineryError`` (refused) for a pair that cannot be compared.
    public init(
        teacher: any ScoringModel, _ teacherDigest: String, reference: any ScoringModel,
        _ referenceDigest: String
    ) throws {
        let sharesTokenizer = teacherDigest == referenceDigest
        guard !sharesTokenizer || teacher.contextRule != reference.contextRule else {
            self = .token
            return
        }
        guard teacher.contextToken != nil, reference.contextToken != nil else {
            throw RefineryError(
                .refused,
                sharesTokenizer
                    ? "teacher and reference have different context rules "
                        + "(\(teacher.contextRule), \(reference.contextRule)), and one has no context token"
                    : "teacher and reference have different tokenizers, so they are compared per byte, "
                        + "and for that both need a context token: the teacher's rule is "
                        + "\(teacher.contextRule), the reference's \(reference.contextRule)",
                hint:
                    "set `context` for both models (--context), for example to bos or <|endoftext|>"
            )
        }
        self = .byte
    }

    /// Refuses chunks of `maxTokens` tokens that do not fit the context of `model`, its context
    /// token included.
    public static func checkFit(_ model: any ScoringModel, maxTokens: Int) throws {
        let room = model.roomForText
        guard maxTokens <= room else {
            throw RefineryError(
                .refused,
                "chunks of \(maxTokens) tokens do not fit the context of \(model.path), "
                    + "\(model.maxContext) tokens",
                hint: "set max_tokens (--max-tokens) to \(room) or less")
        }
    }
}
